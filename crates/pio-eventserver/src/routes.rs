//! Paths, and what each of them is.

use std::borrow::Cow;

use hyper::Method;
use percent_encoding::percent_decode_str;

use crate::errors::ApiError;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    Alive,
    Events,
    Event(Cow<'a, str>),
    Batch,
    Stats,
    Plugins,
    /// Type, name and arguments.
    Plugin(Vec<String>),
    JsonHook(Cow<'a, str>),
    FormHook(Cow<'a, str>),
    Health,
    Ready,
    Metrics,
    OpenApi,
}

/// What a resource may be asked to do. HEAD counts as GET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

/// A resource's fixed properties, for metrics and for the `OpenAPI` document.
pub(crate) struct Description {
    /// The path with its variable parts in braces.
    pub(crate) path: &'static str,
    /// The verbs it knows, in the order in which `Allow` names them.
    pub(crate) verbs: &'static [Verb],
    /// The same as a header.
    pub(crate) allow: &'static str,
}

const fn get_only(path: &'static str) -> Description {
    Description { path, verbs: &[Verb::Get], allow: "GET" }
}

const fn post_and_get(path: &'static str) -> Description {
    Description { path, verbs: &[Verb::Post, Verb::Get], allow: "POST, GET" }
}

/// All resources, in the order of [`Resource::index`].
pub(crate) const DESCRIPTIONS: [Description; 13] = [
    get_only("/"),
    post_and_get("/events.json"),
    Description { path: "/events/{eventId}.json", verbs: &[Verb::Get, Verb::Delete], allow: "GET, DELETE" },
    Description { path: "/batch/events.json", verbs: &[Verb::Post], allow: "POST" },
    get_only("/stats.json"),
    get_only("/plugins.json"),
    get_only("/plugins/{type}/{name}"),
    post_and_get("/webhooks/{name}.json"),
    post_and_get("/webhooks/{name}.form"),
    get_only("/healthz"),
    get_only("/readyz"),
    get_only("/metrics"),
    get_only("/openapi.json"),
];

impl Resource<'_> {
    /// The place in [`DESCRIPTIONS`].
    pub(crate) fn index(&self) -> usize {
        match self {
            Self::Alive => 0,
            Self::Events => 1,
            Self::Event(_) => 2,
            Self::Batch => 3,
            Self::Stats => 4,
            Self::Plugins => 5,
            Self::Plugin(_) => 6,
            Self::JsonHook(_) => 7,
            Self::FormHook(_) => 8,
            Self::Health => 9,
            Self::Ready => 10,
            Self::Metrics => 11,
            Self::OpenApi => 12,
        }
    }

    /// What the method means for this resource.
    pub(crate) fn verb(&self, method: &Method) -> Result<Verb, ApiError> {
        let description = &DESCRIPTIONS[self.index()];
        let verb = match *method {
            Method::GET | Method::HEAD => Some(Verb::Get),
            Method::POST => Some(Verb::Post),
            Method::DELETE => Some(Verb::Delete),
            _ => None,
        };
        verb.filter(|verb| description.verbs.contains(verb)).ok_or(ApiError::Method(description.allow))
    }
}

/// The resource that a path names.
pub(crate) fn find(path: &str) -> Result<Resource<'_>, ApiError> {
    match path {
        "/events.json" => Ok(Resource::Events),
        "/batch/events.json" => Ok(Resource::Batch),
        "/" => Ok(Resource::Alive),
        _ => find_by_segments(path),
    }
}

fn find_by_segments(path: &str) -> Result<Resource<'_>, ApiError> {
    let path = path.strip_prefix('/').ok_or(ApiError::UnknownPath)?;
    let segments = path.split('/').map(decode).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    Ok(match names[..] {
        ["events.json"] => Resource::Events,
        ["batch", "events.json"] => Resource::Batch,
        ["stats.json"] => Resource::Stats,
        ["plugins.json"] => Resource::Plugins,
        ["healthz"] => Resource::Health,
        ["readyz"] => Resource::Ready,
        ["metrics"] => Resource::Metrics,
        ["openapi.json"] => Resource::OpenApi,
        ["plugins", ..] => Resource::Plugin(names[1..].iter().map(|&name| name.to_owned()).collect()),
        ["events", _] => Resource::Event(last_without(".json", segments)?),
        ["webhooks", name] if name.strip_suffix(".form").is_some() => {
            Resource::FormHook(last_without(".form", segments)?)
        }
        ["webhooks", _] => Resource::JsonHook(last_without(".json", segments)?),
        _ => return Err(ApiError::UnknownPath),
    })
}

/// The last segment without its suffix, before which something must stand.
fn last_without<'a>(suffix: &str, segments: Vec<Cow<'a, str>>) -> Result<Cow<'a, str>, ApiError> {
    let last = segments.into_iter().next_back().unwrap_or_default();
    let name = match last {
        Cow::Borrowed(text) => text.strip_suffix(suffix).map(Cow::Borrowed),
        Cow::Owned(text) => text.strip_suffix(suffix).map(|name| Cow::Owned(name.to_owned())),
    };
    name.filter(|name| !name.is_empty()).ok_or(ApiError::UnknownPath)
}

fn decode(segment: &str) -> Result<Cow<'_, str>, ApiError> {
    percent_decode_str(segment).decode_utf8().map_err(|_| ApiError::Address)
}

#[cfg(test)]
mod tests {
    use super::{DESCRIPTIONS, Resource, find};
    use crate::errors::ApiError;

    #[test]
    fn paths_name_resources() {
        assert_eq!(find("/").unwrap(), Resource::Alive);
        assert_eq!(find("/%65vents.json").unwrap(), Resource::Events);
        assert_eq!(find("/events/a%2Fb.json.json").unwrap(), Resource::Event("a/b.json".into()));
        assert_eq!(find("/webhooks/mailchimp.form").unwrap(), Resource::FormHook("mailchimp".into()));
        assert_eq!(
            find("/plugins/inputblocker/x/a/b").unwrap(),
            Resource::Plugin(vec!["inputblocker".into(), "x".into(), "a".into(), "b".into()])
        );
    }

    #[test]
    fn other_paths_do_not() {
        for path in
            ["/events", "/events.json/", "/events/.json", "//events.json", "/events/a/b.json", "*", ""]
        {
            assert!(matches!(find(path), Err(ApiError::UnknownPath)), "{path}");
        }
        assert!(matches!(find("/events/%ff.json"), Err(ApiError::Address)));
    }

    #[test]
    fn every_resource_has_its_description() {
        for description in &DESCRIPTIONS {
            let path = description.path.replace(['{', '}'], "");
            assert_eq!(DESCRIPTIONS[find(&path).unwrap().index()].path, description.path);
        }
    }
}
