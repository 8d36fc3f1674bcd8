//! What an answer takes of memory. A program of its own: the allocator counts what the whole process does, so that the
//! tests here run one after the other, and no other test beside them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use peak_alloc::PeakAlloc;

mod p15;
mod p16;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Until it is dropped, no other test allocates.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
