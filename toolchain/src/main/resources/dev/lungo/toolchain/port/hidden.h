/* Included before everything: all symbols are in this image, so none is reached through a GOT,
   whose addresses the linker would not say. */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif
