//! Extractors for axum.

use axum_core::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::auth_core::LayerMarker;
use crate::auth_error::AuthError;
use crate::authenticator::Authenticator;
use crate::identity::Identity;
use crate::identity_headers;

/// The reason that a handler cannot have the identity of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityRejection {
    /// The layer let the request through without Kliento credentials, for use with other schemes
    /// (401).
    #[error("missing Kliento credentials")]
    NoCredentials,
    /// No layer handled the request, which is the server's own fault (500).
    #[error("no KlientoLayer around this route: add it with Router::layer")]
    LayerMissing,
}

impl IntoResponse for IdentityRejection {
    fn into_response(self) -> Response {
        match self {
            Self::NoCredentials => AuthError::NoCredentials.into_response(),
            // Written for the developer of the server, who sees it first. It gives nothing away.
            Self::LayerMissing => {
                (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
            }
        }
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        self.to_response()
    }
}

/// The identity that a `KlientoLayer` verified, with any state.
impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = IdentityRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, IdentityRejection> {
        identity(parts)?.ok_or(IdentityRejection::NoCredentials)
    }
}

/// The identity where the layer allows other schemes: `None` without Kliento credentials.
impl<S: Sync> OptionalFromRequestParts<S> for Identity {
    type Rejection = IdentityRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> Result<Option<Self>, IdentityRejection> {
        identity(parts)
    }
}

fn identity(parts: &Parts) -> Result<Option<Identity>, IdentityRejection> {
    // Without a layer, "no identity" would be a guess.
    let looked = parts.extensions.get::<LayerMarker>();
    looked.ok_or(IdentityRejection::LayerMissing)?;
    Ok(parts.extensions.get().cloned())
}

/// The sender of a request, authenticated by this extractor: for single routes, without a layer.
///
/// The application's state has to provide an [`Authenticator`]. A rejected sender gets the
/// [`AuthError`] as a response; handlers that take `Result<Authenticated, AuthError>` can log
/// [its reasons](AuthError::reasons). With a replay guard, a handler can take it only once, and not
/// behind a `KlientoLayer` with the same guard: each of them uses the token.
///
/// ```
/// use kliento::{TrustAnchors, Verifier};
/// use kliento_verifier::{Authenticated, Authenticator};
///
/// async fn deploy(Authenticated(sender): Authenticated) -> String {
///     format!("{} deploys\n", sender.subject())
/// }
///
/// let verifier = Verifier::with_crypto(TrustAnchors::iana(), veraid_aws_lc_rs::PROVIDER);
/// let app: axum::Router = axum::Router::new()
///     .route("/deploy", axum::routing::post(deploy))
///     .with_state(Authenticator::new(verifier).for_audience("https://api.example.com"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated(pub Identity);

impl<S> FromRequestParts<S> for Authenticated
where
    Authenticator: FromRef<S>,
    S: Sync,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthError> {
        // For extractors that run after this one.
        identity_headers::strip(&mut parts.headers);
        let token = Authenticator::from_ref(state).authenticate(&parts.headers).await?;
        Ok(Self(Identity::new(token)))
    }
}
