//! One allocator for Rust and for QuickJS: the C library's, which is here anyway.

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_void;

unsafe extern "C" {
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn malloc(size: usize) -> *mut c_void;
    fn free(at: *mut c_void);
    fn realloc(at: *mut c_void, size: usize) -> *mut c_void;
}

/// Alignment of everything that `malloc` gives.
const ALIGN: usize = 8;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: the C library's allocator keeps GlobalAlloc's promises for what it aligns.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if layout.align() <= ALIGN {
                malloc(layout.size()).cast()
            } else {
                aligned_alloc(
                    layout.align(),
                    layout.size().next_multiple_of(layout.align()),
                )
                .cast()
            }
        }
    }

    unsafe fn dealloc(&self, at: *mut u8, _layout: Layout) {
        // SAFETY: it came from `alloc`.
        unsafe { free(at.cast()) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: it came from `alloc`, and small alignments are all that `realloc` keeps.
        unsafe {
            if layout.align() <= ALIGN {
                return realloc(at.cast(), size).cast();
            }
            let fresh = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !fresh.is_null() {
                at.copy_to_nonoverlapping(fresh, layout.size().min(size));
                free(at.cast());
            }
            fresh
        }
    }
}
