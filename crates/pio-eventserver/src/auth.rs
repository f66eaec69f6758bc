//! Who asks: the access key and the channel of a request.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use crate::errors::ApiError;
use crate::query::Query;

/// Basic authentication, with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The access key of a request: of the query string, or else the user name of Basic authentication.
pub(crate) fn key<'a>(query: Query<'a>, headers: &HeaderMap) -> Result<Cow<'a, str>, ApiError> {
    if let Some(key) = query.get("accessKey") {
        return Ok(key);
    }
    let header = headers.get(AUTHORIZATION).ok_or(ApiError::MissingKey)?;
    let (scheme, credentials) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(ApiError::InvalidKey)?;
    if !scheme.eq_ignore_ascii_case("basic") || credentials.trim().is_empty() {
        return Err(ApiError::InvalidKey);
    }
    // PIO took credentials that cannot be decoded for no credentials.
    let decoded = BASE64.decode(credentials.trim()).map_err(|_| ApiError::MissingKey)?;
    let user = String::from_utf8_lossy(&decoded);
    Ok(Cow::Owned(user.trim().split(':').next().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::header::AUTHORIZATION;

    use super::key;
    use crate::query::Query;

    fn of_header(value: &str) -> Result<String, String> {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        key(Query::new(None), &headers)
            .map(std::borrow::Cow::into_owned)
            .map_err(|api_error| api_error.to_string())
    }

    #[test]
    fn the_query_string_wins_over_the_header() {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, "Basic a2V5Og==".parse().unwrap())]);
        assert_eq!(key(Query::new(Some("accessKey=a%2Bb&accessKey=c")), &headers).unwrap(), "a+b");
        assert_eq!(key(Query::new(Some("accesskey=a")), &headers).unwrap(), "key");
    }

    #[test]
    fn basic_authentication_names_the_key_as_user() {
        for value in ["Basic a2V5Og==", "basic a2V5", "Basic a2V5OnB3", "BASIC a2V5Og"] {
            assert_eq!(of_header(value), Ok("key".to_owned()), "{value}");
        }
    }

    #[test]
    fn other_headers_hold_no_key() {
        assert_eq!(of_header("Basic !!!notbase64"), Err("Missing accessKey.".to_owned()));
        for value in ["Basic ", "Basic", "Bearer key", ""] {
            assert_eq!(of_header(value), Err("Invalid accessKey.".to_owned()), "{value}");
        }
    }
}
