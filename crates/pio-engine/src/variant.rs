//! engine.json and other engine variants: the factory and the parameters.

use std::path::{Path, PathBuf};

use pio_json::document::{Node, Value, parser};

use crate::errors::VariantError;
use crate::text::{self, Encoding};

/// PIO's default for a missing `id`.
const DEFAULT_ID: &str = "default";

/// A variant file. Native code checks only its structure; the engine's own classes check the parameters.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The path of the file.
    pub file: PathBuf,
    /// The `id`, under which instances are stored.
    pub id: String,
    /// The `engineFactory`, as written.
    pub factory: String,
    /// The `sparkConf`, flattened.
    pub spark_conf: Vec<(String, String)>,
    /// The whole content as strict JSON.
    pub content: String,
}

impl Variant {
    /// Reads a variant file.
    ///
    /// # Errors
    /// The file cannot be read, is not a JSON object, has no `engineFactory`, or a section has the wrong
    /// form.
    pub fn load(file: &Path) -> Result<Self, VariantError> {
        let bytes = fs_err::read(file).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => VariantError::Missing { file: file.to_owned() },
            _ => VariantError::Unreadable { source },
        })?;
        let decoded = text::decode(bytes);
        if decoded.encoding == Encoding::Latin1 {
            // Reject a guessed encoding: it could change the name of an app into that of another one.
            let line = decoded.text.lines().position(|line| !line.is_ascii()).unwrap_or_default() + 1;
            return Err(VariantError::NotUtf8 { file: file.to_owned(), line });
        }
        Self::parse(file, &decoded.text)
    }

    /// A variant that names only the factory.
    #[must_use]
    pub fn of_factory(file: &Path, factory: &str) -> Self {
        Self {
            file: file.to_owned(),
            id: DEFAULT_ID.to_owned(),
            factory: factory.to_owned(),
            spark_conf: Vec::new(),
            content: "{}".to_owned(),
        }
    }

    /// Parses the text of a variant file.
    ///
    /// # Errors
    /// The text is not a JSON object, has no `engineFactory`, or a section has the wrong form.
    pub fn parse(file: &Path, text: &str) -> Result<Self, VariantError> {
        let root = parser::parse(text)
            .map_err(|error| VariantError::Syntax { file: file.to_owned(), error: Box::new(error) })?;
        let checked = Checked { file, root: &root };
        checked.is_object()?;
        checked.values(&root)?;
        checked.sections()?;
        Ok(Self {
            file: file.to_owned(),
            id: checked.id()?,
            factory: checked.factory()?,
            spark_conf: checked.spark_conf()?,
            content: root.to_json(),
        })
    }
}

/// The context of the checks of one file.
struct Checked<'a> {
    file: &'a Path,
    root: &'a Node,
}

impl Checked<'_> {
    fn is_object(&self) -> Result<(), VariantError> {
        match self.root.value {
            Value::Object(_) => Ok(()),
            _ => Err(self.wrong("The file", "an object, `{ … }`", self.root)),
        }
    }

    /// Rejects values that the database or the engine's parameters cannot represent.
    fn values(&self, node: &Node) -> Result<(), VariantError> {
        let text = |text: &str, node: &Node| {
            if text.contains('\0') {
                Err(self.wrong("A text", "without the character NUL (\\u0000)", node))
            } else {
                Ok(())
            }
        };
        match &node.value {
            Value::Text(string) => text(string, node),
            Value::Literal(_) => Ok(()),
            Value::List(items) => items.iter().try_for_each(|item| self.values(item)),
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                text(name, member)?;
                self.values(member)
            }),
        }
    }

    fn id(&self) -> Result<String, VariantError> {
        match self.root.get("id") {
            None => Ok(DEFAULT_ID.to_owned()),
            Some(Node { value: Value::Text(id), .. }) => Ok(id.clone()),
            Some(node) => Err(self.wrong("`id`", "a string", node)),
        }
    }

    fn factory(&self) -> Result<String, VariantError> {
        match self.root.get("engineFactory") {
            None => Err(VariantError::NoFactory { file: self.file.to_owned() }),
            Some(Node { value: Value::Text(factory), .. }) if !factory.trim().is_empty() => {
                Ok(factory.trim().to_owned())
            }
            Some(node) => Err(self.wrong(
                "`engineFactory`",
                "the class name of the engine's factory, as a string",
                node,
            )),
        }
    }

    fn sections(&self) -> Result<(), VariantError> {
        for name in ["datasource", "preparator", "serving"] {
            if let Some(node) = self.root.get(name) {
                self.component(&format!("`{name}`"), node)?;
            }
        }
        match self.root.get("algorithms") {
            None => Ok(()),
            Some(Node { value: Value::List(items), .. }) => {
                items.iter().try_for_each(|item| self.component("Each of `algorithms`", item))
            }
            Some(node) => Err(self.wrong("`algorithms`", "a list of objects with `name` and `params`", node)),
        }
    }

    fn component(&self, what: &str, node: &Node) -> Result<(), VariantError> {
        let Value::Object(_) = node.value else {
            return Err(self.wrong(
                what,
                "an object with `params`, and `name` where the engine has several",
                node,
            ));
        };
        if let Some(name) = node.get("name").filter(|name| !matches!(name.value, Value::Text(_))) {
            return Err(self.wrong(&format!("`name` in {}", lower(what)), "a string", name));
        }
        match node.get("params") {
            None | Some(Node { value: Value::Object(_), .. }) => Ok(()),
            Some(params) => Err(self.wrong(&format!("`params` in {}", lower(what)), "an object", params)),
        }
    }

    fn spark_conf(&self) -> Result<Vec<(String, String)>, VariantError> {
        let mut flat = Vec::new();
        if let Some(node) = self.root.get("sparkConf") {
            let Value::Object(_) = node.value else {
                return Err(self.wrong("`sparkConf`", "an object", node));
            };
            self.flatten("", node, &mut flat)?;
        }
        Ok(flat)
    }

    fn flatten(
        &self,
        prefix: &str,
        node: &Node,
        flat: &mut Vec<(String, String)>,
    ) -> Result<(), VariantError> {
        match &node.value {
            Value::Object(members) => {
                for (key, member) in members {
                    let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    self.flatten(&name, member, flat)?;
                }
                Ok(())
            }
            Value::Text(text) => {
                flat.push((prefix.to_owned(), text.clone()));
                Ok(())
            }
            Value::Literal(literal) if literal != "null" => {
                flat.push((prefix.to_owned(), literal.clone()));
                Ok(())
            }
            _ => Err(self.wrong(
                &format!("`{prefix}` in `sparkConf`"),
                "a string, a number or a boolean",
                node,
            )),
        }
    }

    fn wrong(&self, what: &str, expected: &'static str, found: &Node) -> VariantError {
        VariantError::WrongKind {
            file: self.file.to_owned(),
            place: found.place,
            what: what.to_owned(),
            expected,
            found: found.kind(),
        }
    }
}

fn lower(text: &str) -> String {
    text.replacen("Each", "each", 1)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Variant;

    fn variant(text: &str) -> Result<Variant, String> {
        Variant::parse(Path::new("engine.json"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_variant_has_an_id_a_factory_and_spark_settings() {
        let variant = variant(
            r#"{"id": "als", "engineFactory": "org.example.Engine", "algorithms": [{"name": "als", "params": {"rank": 10}}],
                "sparkConf": {"spark": {"serializer": "Kryo", "kryo": {"referenceTracking": false}, "cores.max": 4}}}"#,
        )
        .unwrap();
        assert_eq!((variant.id.as_str(), variant.factory.as_str()), ("als", "org.example.Engine"));
        let conf: Vec<String> =
            variant.spark_conf.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            conf,
            ["spark.serializer=Kryo", "spark.kryo.referenceTracking=false", "spark.cores.max=4"]
        );
    }

    #[test]
    fn a_file_in_another_encoding_is_read_where_it_says_which_and_else_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("engine.json");
        let load = |bytes: &[u8]| {
            fs_err::write(&file, bytes).unwrap();
            Variant::load(&file).map(|variant| variant.id).map_err(|error| error.to_string())
        };
        let text = "{\n\"id\": \"é\", \"engineFactory\": \"E\"}";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(load(&[&b"\xff\xfe"[..], &wide].concat()).unwrap(), "é");
        assert_eq!(load(&[&b"\xef\xbb\xbf"[..], text.as_bytes()].concat()).unwrap(), "é");
        let latin_1: Vec<u8> = text.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
        let words = load(&latin_1).unwrap_err();
        assert!(
            words.ends_with("engine.json, line 2: this is not UTF-8. Save the file in UTF-8."),
            "{words}"
        );
    }

    #[test]
    fn without_an_id_it_is_the_default() {
        assert_eq!(variant(r#"{"engineFactory": "E"}"#).unwrap().id, "default");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let words = |text: &str| variant(text).unwrap_err();
        assert!(words("{}").contains("names no engineFactory"));
        assert_eq!(
            words("{\"engineFactory\":\n 5}"),
            "engine.json, line 2, column 2: `engineFactory` must be the class name of the engine's factory, as a string; here it is a number."
        );
        assert!(words("[]").contains("The file must be an object, `{ … }`; here it is a list"));
        assert!(
            words(r#"{"engineFactory": "E", "algorithms": {"name": "a"}}"#)
                .contains("`algorithms` must be a list")
        );
        assert!(
            words(r#"{"engineFactory": "E", "algorithms": ["als"]}"#)
                .contains("Each of `algorithms` must be an object")
        );
        assert!(
            words(r#"{"engineFactory": "E", "datasource": {"params": 3}}"#)
                .contains("`params` in `datasource` must be an object")
        );
        assert!(
            words(r#"{"engineFactory": "E", "sparkConf": {"spark": {"jars": ["a"]}}}"#)
                .contains("column 56: `spark.jars` in `sparkConf` must be a string, a number or a boolean; here it is a list")
        );
        for (params, expected) in [
            (r#"{"appName": "a\u0000b"}"#, "column 61: A text must be without the character NUL"),
            (r#"{"a\u0000": 1}"#, "A text must be without the character NUL"),
            (r#"{"list": [1, 1e400]}"#, "a number within the range of a double"),
            (&format!("{{\"n\": {}}}", "1".repeat(1001)), "a number of at most 1000 characters"),
        ] {
            let text = format!(r#"{{"engineFactory": "E", "datasource": {{"params": {params}}}}}"#);
            let said = words(&text);
            assert!(said.contains(expected), "{said}");
        }
        assert!(words(r#"{"engineFactory": "E", "id": "a\u0000"}"#).contains("NUL"));
        assert!(
            words("{\"engineFactory\": \"E\",\n \"id\": }")
                .contains("line 2, column 8: this is not JSON. Expected a value")
        );
    }
}
