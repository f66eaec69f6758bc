//! The values for a statement's placeholders.

use chrono::NaiveDateTime;
use tokio_postgres::types::{ToSql, Type};

/// The values for a statement's placeholders, in their order.
pub(crate) type Params<'a> = &'a [&'a (dyn Param + Sync)];

/// A value that knows its SQL type: without a prepared statement nobody asks the server for it.
pub(crate) trait Param: ToSql {
    /// The type that the statement's placeholder gets.
    fn sql_type(&self) -> Type;
}

impl<T: ToSql + SqlType> Param for T {
    fn sql_type(&self) -> Type {
        T::TYPE
    }
}

/// The SQL type of a Rust type.
pub(crate) trait SqlType {
    const TYPE: Type;
}

/// The SQL type of an array of a Rust type.
pub(crate) trait SqlElement {
    const ARRAY: Type;
}

impl SqlType for str {
    const TYPE: Type = Type::TEXT;
}

impl SqlElement for str {
    const ARRAY: Type = Type::TEXT_ARRAY;
}

impl SqlType for String {
    const TYPE: Type = Type::TEXT;
}

impl SqlElement for String {
    const ARRAY: Type = Type::TEXT_ARRAY;
}

impl SqlType for bool {
    const TYPE: Type = Type::BOOL;
}

impl SqlType for i32 {
    const TYPE: Type = Type::INT4;
}

impl SqlType for i64 {
    const TYPE: Type = Type::INT8;
}

impl SqlType for NaiveDateTime {
    const TYPE: Type = Type::TIMESTAMP;
}

impl SqlElement for NaiveDateTime {
    const ARRAY: Type = Type::TIMESTAMP_ARRAY;
}

impl<T: SqlType + ?Sized> SqlType for &T {
    const TYPE: Type = T::TYPE;
}

impl<T: SqlElement + ?Sized> SqlElement for &T {
    const ARRAY: Type = T::ARRAY;
}

impl<T: SqlType> SqlType for Option<T> {
    const TYPE: Type = T::TYPE;
}

impl<T: SqlElement> SqlElement for Option<T> {
    const ARRAY: Type = T::ARRAY;
}

impl<T: SqlElement> SqlType for [T] {
    const TYPE: Type = T::ARRAY;
}

impl<T: SqlElement> SqlType for Vec<T> {
    const TYPE: Type = T::ARRAY;
}

/// The values with their types, as the driver takes them for a statement that is not prepared.
pub(crate) fn typed(params: Params<'_>) -> Vec<(&(dyn ToSql + Sync), Type)> {
    params.iter().map(|&param| (param as &(dyn ToSql + Sync), param.sql_type())).collect()
}

/// The values alone, for a prepared statement.
pub(crate) fn untyped(params: Params<'_>) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|&param| param as &(dyn ToSql + Sync)).collect()
}
