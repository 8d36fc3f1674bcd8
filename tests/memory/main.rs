//! The memory that an answer takes. A separate program whose tests run one at a time, because the allocator counts for
//! the whole process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use peak_alloc::PeakAlloc;

mod p15;
mod p16;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Keeps other tests from allocating until it is dropped.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
