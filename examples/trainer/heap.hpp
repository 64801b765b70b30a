#pragma once

/// Lets the heap start with 32 MB in huge pages, where the system gives them to whom asks (glibc on Linux), and keep
/// what is freed. A model of 3 MB asks for five times as much memory, and touching it for the first time in pages of 4
/// kB takes longer than everything else that loading does. Nothing is used that is not needed, but for the rest of a
/// page of 2 MB.
void prepare_heap();
