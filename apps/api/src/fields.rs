//! Reading a request body field by field, so that every fault is named at once and unknown fields are
//! refused.

use ratiba_kernel::{Currency, Money};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::problem::{FieldFault, Kind, Problem};

/// The fields of one JSON object, taken out one by one.
pub struct Fields {
    left: Map<String, Value>,
    faults: Vec<FieldFault>,
}

impl Fields {
    /// The fields of a body; an empty body is an empty object.
    ///
    /// # Errors
    /// [`Problem`] if the body is not a JSON object.
    pub fn of(body: &[u8]) -> Result<Self, Problem> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self {
                left: Map::new(),
                faults: Vec::new(),
            });
        }
        let value: Value = serde_json::from_slice(body)
            .map_err(|error| Problem::new(Kind::Validation, format!("the body is not JSON: {error}")))?;
        let Value::Object(left) = value else {
            return Err(Problem::new(Kind::Validation, "the body must be a JSON object"));
        };
        Ok(Self {
            left,
            faults: Vec::new(),
        })
    }

    /// An instant in RFC 3339 with an offset, if it is there.
    pub fn instant(&mut self, name: &str) -> Option<OffsetDateTime> {
        let text = self.text(name, 40)?;
        let parsed = OffsetDateTime::parse(&text, &Rfc3339).ok();
        if parsed.is_none() {
            self.fault(
                name,
                "must be a time in RFC 3339 with an offset, such as 2026-05-13T14:00:00+03:00",
            );
        }
        parsed
    }

    /// A text of at most `longest` characters, if it is there.
    pub fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        match self.left.remove(name)? {
            Value::String(text) if text.chars().count() <= longest && !text.contains('\0') => Some(text),
            Value::String(_) => {
                self.fault(name, format!("must have at most {longest} characters and no NUL"));
                None
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.fault(name, "must be a text");
                None
            }
        }
    }

    /// A whole number, if it is there.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let number = self.left.remove(name)?;
        let parsed = number.as_i64();
        if parsed.is_none() {
            self.fault(name, "must be a whole number");
        }
        parsed
    }

    /// An amount `{amount_minor, currency}` that is not negative, if it is there.
    pub fn money(&mut self, name: &str) -> Option<Money> {
        let Value::Object(inner) = self.left.remove(name)? else {
            self.fault(name, "must be an object with amount_minor and currency");
            return None;
        };
        let mut inner = Self {
            left: inner,
            faults: Vec::new(),
        };
        let amount = inner.integer("amount_minor");
        let currency = inner.text("currency", 3);
        let parsed = currency.as_deref().map(Currency::parse);
        if amount.is_none() && inner.faults.is_empty() {
            inner.fault("amount_minor", "is missing");
        }
        match (&currency, &parsed) {
            (None, _) if !inner.faults.iter().any(|fault| fault.field == "currency") => {
                inner.fault("currency", "is missing");
            }
            (Some(_), Some(Err(_))) => inner.fault("currency", "is not a currency that is known here"),
            _right => {}
        }
        if amount.is_some_and(|amount| amount < 0) {
            inner.fault("amount_minor", "must not be negative");
        }
        inner.refuse_unknown();
        let whole = inner.faults.is_empty();
        self.faults
            .extend(inner.faults.into_iter().map(|fault| FieldFault {
                field: format!("{name}.{}", fault.field),
                message: fault.message,
            }));
        match (whole, amount, parsed) {
            (true, Some(amount), Some(Ok(currency))) => Some(Money::new(amount, currency)),
            _faulty => None,
        }
    }

    /// Names a field as wrong.
    pub fn fault(&mut self, field: &str, message: impl Into<String>) {
        self.faults.push(FieldFault {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Problem`] that names every wrong and every unknown field.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.refuse_unknown();
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(self.faults))
        }
    }

    fn refuse_unknown(&mut self) {
        for (field, _) in std::mem::take(&mut self.left) {
            self.faults.push(FieldFault {
                field,
                message: "is not known here".to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
