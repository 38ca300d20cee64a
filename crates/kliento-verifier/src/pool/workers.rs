//! Worker threads for expensive jobs, so that cheap ones need not wait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use crate::auth_error::PoolFailure;

type Job = Box<dyn FnOnce() + Send>;

/// Nice level of verification threads, so that cached answers stay fast under a flood of unknown
/// bundles. At 10 they get about a tenth of a saturated CPU, still hundreds of bundles a second; a
/// higher value would starve new tokens.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// A fixed number of threads with a bounded queue. The threads end when the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Workers {
    jobs: Sender<Job>,
    waiting: Arc<AtomicUsize>,
}

impl Workers {
    pub(crate) fn start(threads: usize, queue: usize) -> std::io::Result<Self> {
        let (jobs, queued) = bounded::<Job>(queue);
        for number in 0..threads {
            let queued = queued.clone();
            thread::Builder::new().name(format!("verify-{number}")).spawn(move || {
                lower_priority();
                for job in queued {
                    // After a panic the sender is dropped, which notifies the receiver; the thread
                    // goes on.
                    let _ = catch_unwind(AssertUnwindSafe(job));
                }
            })?;
        }
        Ok(Self { jobs, waiting: Arc::default() })
    }

    /// Runs `job` when a thread is free, unless the caller has given up by then.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolFailure> {
        let (done, result) = oneshot::channel();
        let waiting = Arc::clone(&self.waiting);
        let job: Job = Box::new(move || {
            waiting.fetch_sub(1, Ordering::Relaxed);
            if !done.is_closed() {
                let _ = done.send(job());
            }
        });
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.jobs.try_send(job)
        {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(PoolFailure::Overloaded);
        }
        result.await.map_err(|_| PoolFailure::Panicked)
    }

    /// The number of jobs that wait for a thread.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

fn lower_priority() {
    // On Linux this affects the calling thread; elsewhere the process, which is harmless. Lowering
    // the priority never fails.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICENESS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_turns_jobs_away_and_a_panic_ends_no_thread() {
        let workers = Workers::start(1, 1).unwrap();
        assert_eq!(
            workers.run(|| panic!("of this test")).await,
            Err::<(), _>(PoolFailure::Panicked)
        );
        // The first job signals that it has begun, and ends on request.
        let (begun, begins) = oneshot::channel();
        let (go, started) = bounded::<()>(1);
        let busy = tokio::spawn({
            let workers = workers.clone();
            async move {
                let job = move || begun.send(()).is_ok() && started.recv().is_ok();
                workers.run(job).await
            }
        });
        begins.await.unwrap();
        let queued = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(|| 2).await }
        });
        while workers.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(workers.run(|| 3).await, Err(PoolFailure::Overloaded));
        go.send(()).unwrap();
        assert_eq!(busy.await.unwrap(), Ok(true));
        assert_eq!(queued.await.unwrap(), Ok(2));
    }
}
