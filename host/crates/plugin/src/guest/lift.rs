//! Reads what a test case returned from its memory, by the layout of the Canonical ABI: offsets of fields, which a test
//! compares with those that `wit-parser` computes from `wit/`.
//!
//! Nothing that a guest says is trusted: every pointer, length, alignment and discriminant is checked, and what is copied
//! is counted.

use wasmtime::{Result, bail, format_err};

use super::TOO_MUCH;
use crate::apart::Apart;
use crate::wire::{
    Failure, Fault, InvalidOption, Method, MetricValue, Outcome, Request, RequestHeader, ServerInstants, ServerSpan,
    Step, Verdict,
};

/// A guest's memory, from which so much may still be taken.
pub(super) struct Lift<'a> {
    memory: &'a [u8],
    left: usize,
}

/// How a type lies in memory.
pub(super) trait Lifted: Sized {
    /// Bytes.
    const SIZE: usize;
    /// Of its address.
    const ALIGN: usize;

    /// Reads one from its bytes.
    ///
    /// # Errors
    /// When they are none, or it points to what is not there.
    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self>;
}

impl<'a> Lift<'a> {
    /// For at most `limit` bytes of texts and lists.
    pub(super) fn new(memory: &'a [u8], limit: usize) -> Self {
        Self { memory, left: limit }
    }

    /// The result that lies at an address.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn result<T: Lifted>(&mut self, at: i32) -> Result<Result<T, Fault>> {
        // Behind the discriminant, a byte, the payload is aligned as the case that is aligned most.
        let payload = T::ALIGN.max(Fault::ALIGN);
        let (at, size) = (at as u32 as usize, payload + T::SIZE.max(Fault::SIZE).next_multiple_of(payload));
        if !at.is_multiple_of(payload) {
            bail!("return pointer not aligned");
        }
        let bytes = self.memory.get(at..).and_then(|bytes| bytes.get(..size));
        let bytes = bytes.ok_or_else(|| format_err!("pointer out of bounds of memory"))?;
        match bytes[0] {
            0 => T::lift(self, &bytes[payload..]).map(Ok),
            1 => Fault::lift(self, &bytes[payload..]).map(Err),
            _ => bail!("invalid expected discriminant"),
        }
    }

    /// What the pointer and the length at the beginning of `bytes` point to.
    ///
    /// `size` is that of an item there, `taken` here.
    fn items(&mut self, bytes: &[u8], what: &str, size: usize, taken: usize) -> Result<(&'a [u8], usize)> {
        let (at, count) = (u32_at(bytes, 0) as usize, u32_at(bytes, 4) as usize);
        let items = count.checked_mul(size).and_then(|size| self.memory.get(at..)?.get(..size));
        let items = items.ok_or_else(|| format_err!("{what} pointer/length out of bounds of memory"))?;
        self.left = self.left.checked_sub(count.saturating_mul(taken)).ok_or_else(|| format_err!("{TOO_MUCH}"))?;
        Ok((items, at))
    }

    fn text(&mut self, bytes: &[u8]) -> Result<String> {
        let (text, _) = self.items(bytes, "string", 1, 1)?;
        Ok(std::str::from_utf8(text)?.to_owned())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        Ok(self.items(bytes, "list", 1, 1)?.0.to_vec())
    }

    fn list<T: Lifted>(&mut self, bytes: &[u8]) -> Result<Vec<T>> {
        let (items, at) = self.items(bytes, "list", T::SIZE, size_of::<T>())?;
        if !at.is_multiple_of(T::ALIGN) {
            bail!("list pointer is not aligned");
        }
        items.chunks_exact(T::SIZE).map(|item| T::lift(self, item)).collect()
    }

    /// An option whose value lies `payload` bytes behind its beginning.
    fn option<T>(
        &mut self,
        bytes: &[u8],
        payload: usize,
        some: fn(&mut Self, &[u8]) -> Result<T>,
    ) -> Result<Option<T>> {
        match bytes[0] {
            0 => Ok(None),
            1 => some(self, &bytes[payload..]).map(Some),
            _ => bail!("invalid option discriminant"),
        }
    }
}

fn unexpected<T>(discriminant: u8) -> Result<T> {
    bail!("unexpected discriminant: {discriminant}")
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*bytes[at..].first_chunk().expect("as long as its type"))
}

fn f64_at(bytes: &[u8], at: usize) -> f64 {
    f64::from_le_bytes(*bytes[at..].first_chunk().expect("as long as its type"))
}

/// `_` of `result<_, fault>`.
impl Lifted for () {
    const SIZE: usize = 0;
    const ALIGN: usize = 1;

    fn lift(_: &mut Lift<'_>, _: &[u8]) -> Result<Self> {
        Ok(())
    }
}

impl Lifted for Fault {
    const SIZE: usize = 20;
    const ALIGN: usize = 4;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        match bytes[0] {
            0 => Ok(Self::InvalidOption(InvalidOption {
                name: from.text(&bytes[4..])?,
                reason: from.text(&bytes[12..])?,
            })),
            1 => from.text(&bytes[4..]).map(Self::Failed),
            other => unexpected(other),
        }
    }
}

impl Lifted for Request {
    const SIZE: usize = 40;
    const ALIGN: usize = 4;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        Ok(Self {
            method: Method::lift(from, bytes)?,
            path: from.text(&bytes[12..])?,
            headers: from.list(&bytes[20..])?,
            body: from.option(&bytes[28..], 4, Lift::bytes)?,
        })
    }
}

impl Lifted for Method {
    const SIZE: usize = 12;
    const ALIGN: usize = 4;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        Ok(match bytes[0] {
            0 => Self::Get,
            1 => Self::Head,
            2 => Self::Post,
            3 => Self::Put,
            4 => Self::Delete,
            5 => Self::Options,
            6 => Self::Patch,
            7 => Self::Other(from.text(&bytes[4..])?),
            other => return unexpected(other),
        })
    }
}

impl Lifted for RequestHeader {
    const SIZE: usize = 16;
    const ALIGN: usize = 4;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        Ok(Self { name: from.text(bytes)?, value: from.bytes(&bytes[8..])? })
    }
}

impl Lifted for Verdict {
    const SIZE: usize = 128;
    const ALIGN: usize = 8;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        match bytes[0] {
            0 => Outcome::lift(from, &bytes[8..]).map(Self::Done),
            1 => Step::lift(from, &bytes[8..]).map(|step| Self::Next(Apart::new(step))),
            other => unexpected(other),
        }
    }
}

impl Lifted for Step {
    const SIZE: usize = 120;
    const ALIGN: usize = 8;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        Ok(Self {
            request: Request::lift(from, bytes)?,
            state: from.bytes(&bytes[40..])?,
            think_time: f64_at(bytes, 48),
            outcome: Outcome::lift(from, &bytes[56..])?,
        })
    }
}

impl Lifted for Outcome {
    const SIZE: usize = 64;
    const ALIGN: usize = 8;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        Ok(Self {
            failure: from.option(bytes, 4, Failure::lift)?,
            server_span: from.option(&bytes[24..], 8, ServerSpan::lift)?,
            metrics: from.list(&bytes[56..])?,
        })
    }
}

impl Lifted for Failure {
    const SIZE: usize = 16;
    const ALIGN: usize = 4;

    fn lift(from: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        Ok(Self { reason: u32_at(bytes, 0), detail: from.option(&bytes[4..], 4, Lift::text)? })
    }
}

impl Lifted for ServerSpan {
    const SIZE: usize = 24;
    const ALIGN: usize = 8;

    fn lift(_: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        match bytes[0] {
            0 => Ok(Self::Between(ServerInstants { start: f64_at(bytes, 8), end: f64_at(bytes, 16) })),
            1 => Ok(Self::Lasting(f64_at(bytes, 8))),
            other => unexpected(other),
        }
    }
}

impl Lifted for MetricValue {
    const SIZE: usize = 16;
    const ALIGN: usize = 8;

    fn lift(_: &mut Lift<'_>, bytes: &[u8]) -> Result<Self> {
        Ok(Self { index: u32_at(bytes, 0), value: f64_at(bytes, 8) })
    }
}

#[cfg(test)]
mod tests {
    use wit_parser::{Resolve, SizeAlign, Type, TypeDefKind};

    use super::*;

    #[test]
    fn layouts_are_those_of_the_contract() {
        let mut resolve = Resolve::default();
        resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit")).expect("the contract");
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        let find = |name: &str| {
            let is_it = |(_, found): &(_, &wit_parser::TypeDef)| {
                found.name.as_deref() == Some(name) && !matches!(found.kind, TypeDefKind::Type(_))
            };
            resolve.types.iter().filter(is_it).map(|(id, _)| id).next().expect("a type of the contract")
        };
        let layout = |name: &str| {
            let id = find(name);
            (sizes.size(&Type::Id(id)).size_wasm32(), sizes.align(&Type::Id(id)).align_wasm32())
        };
        fn own<T: Lifted>() -> (usize, usize) {
            (T::SIZE, T::ALIGN)
        }
        for (name, own) in [
            ("fault", own::<Fault>()),
            ("request", own::<Request>()),
            ("method", own::<Method>()),
            ("verdict", own::<Verdict>()),
            ("step", own::<Step>()),
            ("outcome", own::<Outcome>()),
            ("failure", own::<Failure>()),
            ("server-span", own::<ServerSpan>()),
            ("metric-value", own::<MetricValue>()),
        ] {
            assert_eq!(layout(name), own, "{name}");
        }
        let fields = |name: &str| {
            let TypeDefKind::Record(record) = &resolve.types[find(name)].kind else { panic!("{name}") };
            let offsets = sizes.field_offsets(record.fields.iter().map(|field| &field.ty));
            offsets.into_iter().map(|(offset, _)| offset.size_wasm32()).collect::<Vec<_>>()
        };
        assert_eq!(fields("invalid-option"), [0, 8]);
        assert_eq!(fields("request"), [0, 12, 20, 28]);
        assert_eq!(fields("step"), [0, 40, 48, 56]);
        assert_eq!(fields("outcome"), [0, 24, 56]);
        assert_eq!(fields("failure"), [0, 4]);
        assert_eq!(fields("server-instants"), [0, 8]);
        assert_eq!(fields("metric-value"), [0, 8]);
        for (name, payload) in [("fault", 4), ("method", 4), ("verdict", 8), ("server-span", 8)] {
            let TypeDefKind::Variant(variant) = &resolve.types[find(name)].kind else { panic!("{name}") };
            let cases = variant.cases.iter().map(|case| case.ty.as_ref());
            assert_eq!(sizes.payload_offset(variant.tag(), cases).size_wasm32(), payload, "{name}");
        }
    }
}
