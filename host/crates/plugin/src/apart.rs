//! A value that is lifted to a place of its own, so that what holds it stays small: results are handed up through a dozen
//! frames of wasmtime's, and each copies them.
//!
//! wasmtime lowers a `Box`, and lifts none.

use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{ComponentType, Lift};

/// A value behind a pointer; a component's type is the value's own.
#[derive(Debug)]
pub(crate) struct Apart<T>(pub(crate) Box<T>);

impl<T> Apart<T> {
    /// Puts a value in a place of its own.
    pub(crate) fn new(value: T) -> Self {
        Self(Box::new(value))
    }
}

// SAFETY: all that describes the type is that of `T`, whose implementation is trusted for it.
unsafe impl<T: ComponentType> ComponentType for Apart<T> {
    type Lower = T::Lower;
    const ABI: CanonicalAbiInfo = T::ABI;
    const MAY_REQUIRE_REALLOC: bool = T::MAY_REQUIRE_REALLOC;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> wasmtime::Result<()> {
        T::typecheck(ty, types)
    }
}

// SAFETY: as above; the value is lifted by `T`.
unsafe impl<T: Lift> Lift for Apart<T> {
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, src: &Self::Lower) -> wasmtime::Result<Self> {
        T::linear_lift_from_flat(cx, ty, src).map(Self::new)
    }

    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> wasmtime::Result<Self> {
        T::linear_lift_from_memory(cx, ty, bytes).map(Self::new)
    }
}
