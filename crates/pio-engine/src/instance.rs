//! Selects the engine instance that answers queries.

use pio_storage::Storage;
use pio_storage::instances::engine::EngineInstance;
use pio_storage::instances::status::InstanceStatus;

use crate::engine::Engine;
use crate::errors::InstanceError;

/// Key in the `env` of an instance whose model was trained by this runtime.
const MARK: &str = "PIO_RUNTIME";

/// Finds the given instance, else the newest completed instance of the engine's variant.
///
/// # Errors
/// There is no usable instance, or the database fails.
pub async fn find(
    storage: &Storage,
    engine: &Engine,
    id: Option<&str>,
) -> Result<EngineInstance, InstanceError> {
    match id {
        Some(id) => named(storage, id).await,
        None => newest(storage, engine).await,
    }
}

async fn named(storage: &Storage, id: &str) -> Result<EngineInstance, InstanceError> {
    let Some(instance) = storage.engine_instances().get(id).await? else {
        return Err(InstanceError::Unknown { id: id.to_owned() });
    };
    if instance.status != InstanceStatus::Completed {
        return Err(InstanceError::Unfinished { id: instance.id, status: instance.status });
    }
    usable(instance)
}

async fn newest(storage: &Storage, engine: &Engine) -> Result<EngineInstance, InstanceError> {
    let instances = storage.engine_instances();
    let newest =
        instances.latest_completed(&engine.id, engine.version.as_deref(), &engine.variant.id).await?;
    match newest {
        Some(instance) if is_ours(&instance) => Ok(instance),
        newest => choose(engine, instances.list().await?, newest),
    }
}

/// Falls back to our newest completed instance if the newest one was trained by PIO itself.
fn choose(
    engine: &Engine,
    instances: Vec<EngineInstance>,
    newest: Option<EngineInstance>,
) -> Result<EngineInstance, InstanceError> {
    let mine = |instance: &EngineInstance| {
        instance.engine_id == engine.id
            && instance.engine_variant == engine.variant.id
            && engine.version.as_ref().is_none_or(|version| *version == instance.engine_version)
    };
    let mut mine: Vec<EngineInstance> = instances.into_iter().filter(mine).collect();
    if let Some(at) =
        mine.iter().position(|instance| instance.status == InstanceStatus::Completed && is_ours(instance))
    {
        return Ok(mine.swap_remove(at));
    }
    match newest {
        Some(adopted) => Err(InstanceError::Adopted { id: adopted.id }),
        None => Err(InstanceError::NotTrained {
            engine_id: engine.id.clone(),
            variant: engine.variant.id.clone(),
            last: mine.first().map(became),
        }),
    }
}

fn became(instance: &EngineInstance) -> String {
    let start = instance.start_time.format("%Y-%m-%d %H:%M UTC");
    match instance.status {
        InstanceStatus::Failed => format!(": its training of {start} failed"),
        _ => format!(": its training of {start} did not come to its end"),
    }
}

fn usable(instance: EngineInstance) -> Result<EngineInstance, InstanceError> {
    if is_ours(&instance) { Ok(instance) } else { Err(InstanceError::Adopted { id: instance.id }) }
}

fn is_ours(instance: &EngineInstance) -> bool {
    instance.env.contains_key(MARK)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{EngineInstance, InstanceStatus, choose};
    use crate::engine::Engine;
    use crate::variant::Variant;

    fn engine() -> Engine {
        let variant = Variant::of_factory(Path::new("engine.json"), "org.example.Engine");
        Engine { folder: PathBuf::from("/e"), variant, id: "org.example.Engine".to_owned(), version: None }
    }

    fn instance(id: &str, status: &str, ours: bool) -> EngineInstance {
        let mark = ours.then(|| ("PIO_RUNTIME".to_owned(), "1".to_owned()));
        EngineInstance {
            id: id.to_owned(),
            status: InstanceStatus::from(status.to_owned()),
            start_time: chrono::DateTime::UNIX_EPOCH,
            end_time: chrono::DateTime::UNIX_EPOCH,
            engine_id: "org.example.Engine".to_owned(),
            engine_version: "v".to_owned(),
            engine_variant: "default".to_owned(),
            engine_factory: "org.example.Engine".to_owned(),
            batch: String::new(),
            env: mark.into_iter().collect(),
            spark_conf: std::collections::BTreeMap::new(),
            data_source_params: String::new(),
            preparator_params: String::new(),
            algorithms_params: String::new(),
            serving_params: String::new(),
        }
    }

    #[test]
    fn an_older_model_of_ours_beats_a_newer_one_of_pio() {
        let (theirs, ours) = (instance("theirs", "COMPLETED", false), instance("ours", "COMPLETED", true));
        let chosen = choose(&engine(), vec![theirs.clone(), ours], Some(theirs)).unwrap();
        assert_eq!(chosen.id, "ours");
    }

    #[test]
    fn a_model_of_pio_alone_asks_to_train_again() {
        let theirs = instance("theirs", "COMPLETED", false);
        let words = choose(&engine(), vec![theirs.clone()], Some(theirs)).unwrap_err().to_string();
        assert!(words.contains("trained by PredictionIO itself") && words.contains("train again"), "{words}");
    }

    #[test]
    fn without_a_model_the_last_training_is_told() {
        let words = choose(&engine(), vec![], None).unwrap_err().to_string();
        assert!(words.contains("has no trained model. Train it first with `pio train`"), "{words}");
        let words = choose(&engine(), vec![instance("x", "FAILED", true)], None).unwrap_err().to_string();
        assert!(words.contains("its training of 1970-01-01 00:00 UTC failed"), "{words}");
        let other = EngineInstance { engine_variant: "other".to_owned(), ..instance("x", "COMPLETED", true) };
        let words = choose(&engine(), vec![other], None).unwrap_err().to_string();
        assert!(words.contains("(variant default) has no trained model."), "{words}");
    }
}
