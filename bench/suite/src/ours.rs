//! Our side: an answer's verdict and value, as `read_http` reads them.

use http::Response;

/// The answer with status 200 and this body.
pub fn answer(body: &[u8]) -> Response<Vec<u8>> {
    Response::new(body.to_vec())
}
