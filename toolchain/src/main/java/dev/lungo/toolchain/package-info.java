/**
 * From class files to an image that starts on bare x86-64.
 *
 * <p>{@link dev.lungo.toolchain.MetalBuild} is the way in. Class files go through {@code
 * semantics}, which gives them Java's meaning where C has another; TeaVM's C back end; gcc; and a
 * writer for the target. This comment is the contract between an image's program and what the
 * toolchain puts around it.
 *
 * <h2>Native methods</h2>
 *
 * A {@code static native} method {@code m} of a class {@code C} (its simple name) is the C function
 * {@code C_m}. Parameters and result are {@code int} (int32_t), {@code long} (int64_t), {@code
 * boolean} (int32_t) or {@code void}. If {@code META-INF/lungo/native/C.h} is on the class path, it
 * is included and must declare or define it ({@code static inline} is welcome: ports, MSRs, raw
 * memory through {@code volatile} pointers); otherwise the prototype is made from the method. All
 * {@code .c} and {@code .S} files in {@code META-INF/lungo/native/} of any entry of the class path
 * are compiled into the image, with {@code -I} to all headers there. No annotation is needed, and a
 * class with native methods loads on HotSpot as long as they are not called there.
 *
 * <h2>Exit path</h2>
 *
 * A {@code static} method {@code m} of class {@code C} annotated {@code dev.lungo.metal.ExitPath}
 * is the C function {@code C_m}, to be called from assembly with the System V calling convention,
 * on any processor, with any stack. It and all that it reaches, virtual calls included, are
 * compiled as unmanaged code: no allocation, locking, collection, throwing or lazy class
 * initialisation, which the build checks; static initialisers of classes on the path run before
 * {@code main}. Such code may use objects and arrays that {@code main} has made, since nothing
 * moves once {@code main} stops allocating. An index out of bounds or a division by zero there
 * calls {@code Lungo_fault(const char *what)} which stops with a message (weak: a program may
 * define its own).
 *
 * <h2>What the program finds</h2>
 *
 * {@code public static void main(String[])} of the main class is called once, on the bootstrap
 * processor, with no arguments, in 64-bit mode with interrupts off (multiboot, coreboot) or as the
 * firmware has them (EFI), SSE usable, physical memory mapped one to one: below 4 GiB by page
 * tables of our own inside the range (multiboot, coreboot), by the firmware's (EFI). GDT of our own
 * with 08h code and 10h data (multiboot, coreboot); no IDT, no TSS. {@code System.out} writes to
 * the first serial port, CR LF.
 *
 * <p>Before that the image has moved itself into one range of its own, 2 MiB aligned, which holds
 * code, data, stack, Java heap and page pool, and nothing else: at the top of the highest RAM below
 * 4 GiB that no module uses (multiboot, coreboot), or allocated as {@code EfiReservedMemoryType}.
 * Where memory is too little for it, there is next to no pool, as {@code poolLeft} tells. The
 * program may declare any of these native methods in a class named {@code Lungo}:
 *
 * <pre>{@code
 * int bootKind();          // 1 multiboot, 2 PVH, 3 EFI, 4 coreboot
 * long bootInfo();         // multiboot_info, hvm_start_info, EFI_SYSTEM_TABLE, coreboot table or 0
 * long imageHandle();      // EFI_HANDLE of the image, else 0
 * long rangeStart();       // physical, inclusive
 * long rangeEnd();         // physical, exclusive
 * long pages(int count);   // zeroed 4 KiB pages from the pool, contiguous; 0 when there are none
 * long poolLeft();         // bytes
 * long configStart();      // the file given with --config, embedded
 * int configBytes();
 * void putChar(int c);     // to the serial port, polled; weak
 * long efiCall(long function, long a, long b, long c, long d, long e, long f); // Microsoft ABI
 * void exitStatus(long s); // EFI_STATUS that the firmware gets when main returns
 * void stayResident();     // EFI: do not free the range when main returns
 * long memoryStackTop();   // end of the stack that main runs on
 * void stop();             // disables interrupts and halts for ever
 * }</pre>
 *
 * When {@code main} returns, or ends with an exception, an EFI image goes back to the firmware; the
 * others halt. Out of memory and stack overflow of managed code print one line and stop.
 *
 * <h2>Configured hypervisor</h2>
 *
 * The main class is {@code dev.lungo.metal.Main} unless another is given. With {@code --hypervisor
 * X} the static method {@code dev.lungo.metal.Chosen.hypervisor()} is given the body {@code return
 * new X();}.
 */
@org.jspecify.annotations.NullMarked
package dev.lungo.toolchain;
