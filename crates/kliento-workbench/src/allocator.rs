//! The allocator of this program, which counts.

use peak_alloc::PeakAlloc;

/// Counts what verification allocates.
#[global_allocator]
pub(crate) static ALLOCATOR: PeakAlloc = PeakAlloc;
