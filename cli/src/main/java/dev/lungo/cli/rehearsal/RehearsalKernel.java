package dev.lungo.cli.rehearsal;

import static dev.lungo.cli.rehearsal.Layout.APIC_TIMER_VECTOR;
import static dev.lungo.cli.rehearsal.Layout.AREA_PAGES;
import static dev.lungo.cli.rehearsal.Layout.CODE;
import static dev.lungo.cli.rehearsal.Layout.COPIES;
import static dev.lungo.cli.rehearsal.Layout.DATA;
import static dev.lungo.cli.rehearsal.Layout.FRAMES;
import static dev.lungo.cli.rehearsal.Layout.HPET;
import static dev.lungo.cli.rehearsal.Layout.IO_APIC;
import static dev.lungo.cli.rehearsal.Layout.KERNEL_RSP;
import static dev.lungo.cli.rehearsal.Layout.KERNEL_SPACE;
import static dev.lungo.cli.rehearsal.Layout.LOAD;
import static dev.lungo.cli.rehearsal.Layout.LOCAL_APIC;
import static dev.lungo.cli.rehearsal.Layout.MODULE;
import static dev.lungo.cli.rehearsal.Layout.PER_CPU;
import static dev.lungo.cli.rehearsal.Layout.PIT_VECTOR;
import static dev.lungo.cli.rehearsal.Layout.SPACE_BYTES;
import static dev.lungo.cli.rehearsal.Layout.SPACE_FRAMES;
import static dev.lungo.cli.rehearsal.Layout.SPACE_PTS;
import static dev.lungo.cli.rehearsal.Layout.STACK;
import static dev.lungo.cli.rehearsal.Layout.SYSCALL_STACK;
import static dev.lungo.cli.rehearsal.Layout.TASK;
import static dev.lungo.cli.rehearsal.Layout.TASK_STATE;
import static dev.lungo.cli.rehearsal.Layout.USERS_STACK;
import static dev.lungo.cli.rehearsal.Layout.USER_BASE;
import static dev.lungo.cli.rehearsal.Layout.USER_CODE;
import static dev.lungo.cli.rehearsal.Layout.USER_CODE_64;
import static dev.lungo.cli.rehearsal.Layout.USER_DATA;
import static dev.lungo.cli.rehearsal.Layout.USER_GS;
import static dev.lungo.cli.rehearsal.Layout.USER_MODULE;
import static dev.lungo.cli.rehearsal.Layout.USER_RSP;
import static dev.lungo.cli.rehearsal.Layout.USER_SPACE;
import static dev.lungo.cli.rehearsal.Layout.USER_STACK;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.CLAC;
import static dev.lungo.isa.Mnemonic.CLD;
import static dev.lungo.isa.Mnemonic.CLI;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.DIV;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JB;
import static dev.lungo.isa.Mnemonic.JNB;
import static dev.lungo.isa.Mnemonic.JNS;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.LGDT;
import static dev.lungo.isa.Mnemonic.LIDT;
import static dev.lungo.isa.Mnemonic.LTR;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVS;
import static dev.lungo.isa.Mnemonic.MOVZX;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.RET;
import static dev.lungo.isa.Mnemonic.STAC;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Mnemonic.SUB;
import static dev.lungo.isa.Mnemonic.SWAPGS;
import static dev.lungo.isa.Mnemonic.SYSCALL;
import static dev.lungo.isa.Mnemonic.SYSRET;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Mnemonic.XSETBV;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.CR0;
import static dev.lungo.isa.Operands.CR3;
import static dev.lungo.isa.Operands.CR4;
import static dev.lungo.isa.Operands.DS;
import static dev.lungo.isa.Operands.DX;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDI;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.ES;
import static dev.lungo.isa.Operands.ESI;
import static dev.lungo.isa.Operands.ESP;
import static dev.lungo.isa.Operands.R11;
import static dev.lungo.isa.Operands.R8;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RBP;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RDI;
import static dev.lungo.isa.Operands.RDX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.RSP;
import static dev.lungo.isa.Operands.SS;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.in;
import static dev.lungo.isa.Operands.mem;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Operand;
import dev.lungo.isa.PageEntry;
import dev.lungo.isa.Segment;
import java.io.ByteArrayOutputStream;

/**
 * A small operating system without any purpose but to do what others do while they boot, for the
 * JVM to see what is needed of our code then.
 *
 * <p>It is a bzImage. It makes page tables, sets up what interrupts it, spreads copies of {@link
 * RandomModule} over memory and runs them, some often enough to be translated, some not, while
 * their code is patched and their data is mapped by a page-fault handler. Then it has a user's
 * program do the same, which calls the kernel's {@link Services}. It powers the machine off at the
 * end; whatever goes wrong ends it by the debug port, with another status.
 *
 * <p>Specification: Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
 */
public final class RehearsalKernel {
    private static final int SECTOR = 512;
    private static final int IDT_ENTRIES = 256;
    private static final int USER_CODE_BYTES = 256;

    /** Copies of the module. Every fourth runs so many rounds, the others one. */
    private static final int MODULES = 12;

    private static final int ROUNDS = 8;
    private static final int USER_ROUNDS = 3;

    private RehearsalKernel() {}

    /** The file, always the same. */
    public static byte[] image() {
        byte[] code = Assembler.assemble(CodeMode.CODE64, LOAD, RehearsalKernel::write);
        byte[] module = RandomModule.bytes();
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        image.writeBytes(header(code.length + module.length));
        image.writeBytes(code);
        image.writeBytes(module);
        return image.toByteArray();
    }

    private static byte[] header(int bytes) {
        return Assembler.assemble(
                CodeMode.CODE16,
                0,
                a -> {
                    a.at(0x1F1).db(1); //                    setup_sects
                    a.at(0x1F4).dd(bytes / 16); //           syssize
                    a.at(0x1FE).dw(0xAA55);
                    a.at(0x200).db(0xEB, 0x66); //           a jump over the header
                    a.at(0x202).dd(0x5372_6448).dw(0x20F); // "HdrS", version
                    a.at(0x211).db(1); //                    loadflags: LOADED_HIGH
                    a.at(0x22C).dd(0x7FFF_FFFF); //          initrd_addr_max
                    a.at(0x230)
                            .dd(LOAD)
                            .dw(0, 1)
                            .dd(255); // kernel_alignment, xloadflags, cmdline_size
                    a.at(0x258).dq(LOAD).dd(FRAMES); //      pref_address, init_size
                    a.at(2 * SECTOR);
                });
    }

    private static void write(Assembler a) {
        a.at(LOAD + 0x200); // the 64-bit entry
        spaces(a);
        registers(a);
        controllers(a);
        copyModule(a);
        runModule(a);
        runUser(a);
        a.op(MOV, EDX, imm(0x604)).op(MOV, EAX, imm(0x2000)).op(OUT, DX, AX).op(HLT); // power off
        callFunctions(a);
        Services.write(a);
        systemCall(a);
        user(a);
        Interrupts.write(a);
        tables(a);
        a.at(MODULE);
    }

    /** Two spaces that share the loader's map and have an area of their own, still empty. */
    private static void spaces(Assembler a) {
        long table = PageEntry.P | PageEntry.RW | PageEntry.US;
        a.op(MOV, RAX, CR3).op(MOV, RBX, mem(8, RAX));
        for (int space = KERNEL_SPACE; space <= USER_SPACE; space += SPACE_BYTES) {
            a.op(MOV, quad(space), RBX).op(MOV, quad(space + 8), imm(space + 0x1000 | table));
            a.op(MOV, quad(space + 0x1000), imm(space + 0x2000 | table));
            for (int i = 0; i < 4; i++) {
                int pt = space + SPACE_PTS + 0x1000 * i;
                a.op(MOV, quad(space + 0x2000 + 8 * i), imm(pt | table));
            }
        }
        a.op(MOV, RAX, imm(PageEntry.XD | FRAMES | PageEntry.P | PageEntry.RW));
        a.op(MOV, quad(KERNEL_SPACE + SPACE_FRAMES), RAX);
        a.op(MOV, quad(USER_SPACE + SPACE_FRAMES), imm(FRAMES + 0x1000 * AREA_PAGES | table));
    }

    private static void registers(Assembler a) {
        long cr0 = Cr0.PG | Cr0.WP | Cr0.NE | Cr0.MP | Cr0.ET | Cr0.PE;
        long cr4 =
                Cr4.PAE
                        | Cr4.PGE
                        | Cr4.OSFXSR
                        | Cr4.OSXMMEXCPT
                        | Cr4.OSXSAVE
                        | Cr4.FSGSBASE
                        | Cr4.SMEP
                        | Cr4.SMAP;
        msr(a, Msr.IA32_EFER, Efer.SCE | Efer.LME | Efer.LMA | Efer.NXE);
        a.op(MOV, EAX, imm(KERNEL_SPACE)).op(MOV, CR3, RAX);
        a.op(MOV, EAX, imm(cr4)).op(MOV, CR4, RAX).op(MOV, EAX, imm(cr0)).op(MOV, CR0, RAX);
        a.op(XOR, ECX, ECX).op(MOV, EAX, imm(3)).op(XOR, EDX, EDX).op(XSETBV).op(STAC);
        a.op(MOV, ESP, imm(STACK)).op(MOV, quad(TASK_STATE + 4), imm(USERS_STACK));
        a.op(LGDT, abs(0, a.address("gdtr"), 8)).op(LIDT, abs(0, a.address("idtr"), 8));
        a.op(MOV, EAX, imm(DATA)).op(MOV, SS, AX).op(MOV, DS, AX).op(MOV, ES, AX);
        a.op(MOV, EAX, imm(TASK)).op(LTR, AX);
        msr(a, Msr.IA32_STAR, (long) USER_BASE << 48 | (long) CODE << 32);
        msr(a, Msr.IA32_LSTAR, a.address("syscall"));
        msr(a, Msr.IA32_FMASK, 0x700);
        msr(a, Msr.IA32_GS_BASE, PER_CPU);
        msr(a, Msr.IA32_KERNEL_GS_BASE, USER_GS);
        a.op(MOV, quad(PER_CPU + SYSCALL_STACK), imm(USERS_STACK));
    }

    private static void msr(Assembler a, int number, long value) {
        a.op(MOV, ECX, imm(number & 0xFFFF_FFFFL)).op(MOV, EAX, imm(value & 0xFFFF_FFFFL));
        a.op(MOV, EDX, imm(value >>> 32)).op(WRMSR);
    }

    /** The 8254 interrupts a thousand times a second through the I/O APIC, and the APIC's timer. */
    private static void controllers(Assembler a) {
        // spotless:off
        int[][] ports = {
            {0x20, 0x11}, {0x21, 0x20}, {0x21, 0x04}, {0x21, 0x01}, {0x21, 0xFF}, // 8259s: masked
            {0xA0, 0x11}, {0xA1, 0x28}, {0xA1, 0x02}, {0xA1, 0x01}, {0xA1, 0xFF},
            {0x43, 0x34}, {0x40, 0xA9}, {0x40, 0x04},                             // 8254: 1193
            {0x3FB, 0x80}, {0x3F8, 0x01}, {0x3F9, 0x00}, {0x3FB, 0x03}, {0x3FC, 0x03}, {0x3FA, 0x07},
        };
        // spotless:on
        for (int[] each : ports) {
            a.op(MOV, EDX, imm(each[0])).op(MOV, AL, imm(each[1])).op(OUT, DX, AL);
        }
        a.op(MOV, EBX, imm(LOCAL_APIC)).op(MOV, Services.apic(0xF0), imm(0x1FF)); // SVR: on
        a.op(MOV, Services.apic(0x3E0), imm(0xB)); // the timer's divisor: 1
        a.op(MOV, Services.apic(0x320), imm(APIC_TIMER_VECTOR));
        a.op(MOV, ESI, imm(HPET)).op(MOV, mem(4, RSI, 0x10), imm(1)); // on
        a.op(MOV, mem(4, RSI, 0x140), imm(0x2804))
                .op(MOV, mem(4, RSI, 0x148), imm(-1)); // 2: GSI 20
        a.op(MOV, ESI, imm(IO_APIC)).op(MOV, mem(4, RSI), imm(0x10 + 2 * 2));
        a.op(MOV, mem(4, RSI, 0x10), imm(PIT_VECTOR));
    }

    /** The first copy byte by byte, as from a packed image, the others from it. */
    private static void copyModule(Assembler a) {
        a.op(MOV, ESI, imm(MODULE)).op(MOV, EDI, imm(COPIES)).op(XOR, EDX, EDX);
        a.label("unpack").op(MOV, AL, mem(1, RSI, RDX, 1, 0)).op(MOVZX, ECX, AL).op(ADD, R8, RCX);
        a.op(MOV, mem(1, RDI, RDX, 1, 0), AL).op(INC, RDX).op(CMP, EDX, imm(RandomModule.BYTES));
        a.jump(JB, "unpack");
        a.op(MOV, ESI, imm(COPIES)).op(MOV, EDI, imm(COPIES + RandomModule.BYTES));
        a.op(MOV, ECX, imm((MODULES - 1) * RandomModule.BYTES / 8)).db(0xF3).string(MOVS, 8);
    }

    private static void runModule(Assembler a) {
        for (int copy = 0; copy < MODULES; copy++) {
            int base = COPIES + copy * RandomModule.BYTES;
            String label = "copy" + copy;
            a.op(PUSH, imm(copy % 4 == 0 ? ROUNDS : 1));
            a.label(label).op(MOV, EDI, imm(base));
            for (int i = 0; i < RandomModule.FUNCTIONS; i += 100) { // NOP to mov ecx,... and back
                a.op(MOV, EAX, mem(4, RDI, 4L * i)).op(ADD, RAX, RDI);
                a.op(MOV, ECX, mem(4, RAX, RandomModule.NOP_OFFSET)).op(XOR, ECX, imm(0x0F ^ 0xB9));
                a.op(MOV, mem(4, RAX, RandomModule.NOP_OFFSET), ECX);
            }
            a.jump(CALL, "call functions").jump(CALL, "call services").jump(CALL, "unmap");
            a.op(DEC, mem(8, RSP)).jump(JNZ, label).op(POP, RAX);
        }
    }

    /** Calls each function of the module at RDI, with interrupts on. */
    private static void callFunctions(Assembler a) {
        a.label("call functions");
        a.op(MOV, EAX, imm(RandomModule.FUNCTIONS - 1)).op(PUSH, RDI).op(PUSH, RAX).op(STI);
        a.op(SUB, RSP, imm(8)); // so that frames are aligned
        a.label("function").op(MOV, RDI, mem(8, RSP, 16)).op(MOV, RCX, mem(8, RSP, 8));
        a.op(MOV, EAX, mem(4, RDI, RCX, 4, 0)).op(ADD, RAX, RDI).op(CALL, RAX);
        a.op(DEC, mem(8, RSP, 8)).jump(JNS, "function");
        a.op(CLI).op(ADD, RSP, imm(24)).op(RET);

        a.label("call services").op(PUSH, imm(Services.COUNT - 1));
        a.label("service").op(MOV, RAX, mem(8, RSP)).op(MOV, ECX, imm(a.address("services")));
        a.op(CALL, mem(8, RCX, RAX, 8, 0));
        a.op(DEC, mem(8, RSP)).jump(JNS, "service").op(POP, RAX).op(RET);
    }

    /** Enters the user's program in its own space, and comes back at its last system call. */
    private static void runUser(Assembler a) {
        a.op(MOV, EAX, imm(USER_SPACE)).op(MOV, CR3, RAX);
        a.op(MOV, RDI, imm(USER_CODE)).op(MOV, ESI, imm(a.address("user")));
        a.op(MOV, ECX, imm(USER_CODE_BYTES)).db(0xF3).string(MOVS, 1);
        a.op(MOV, RDI, imm(USER_MODULE)).op(MOV, ESI, imm(COPIES));
        a.op(MOV, ECX, imm(RandomModule.BYTES / 8)).db(0xF3).string(MOVS, 8);
        a.op(MOV, quad(PER_CPU + KERNEL_RSP), RSP).op(CLAC).op(SWAPGS);
        a.op(PUSH, imm(USER_DATA)).op(MOV, RAX, imm(USER_STACK)).op(PUSH, RAX);
        a.op(MOV, EAX, imm(0x202))
                .op(PUSH, RAX)
                .op(PUSH, imm(USER_CODE_64))
                .op(MOV, RAX, imm(USER_CODE));
        a.op(PUSH, RAX).db(0x48).op(IRET);
        a.label("back").op(CLI).op(MOV, RSP, quad(PER_CPU + KERNEL_RSP));
    }

    /** Each function of its module, and after each a system call, some rounds long. */
    private static void user(Assembler a) {
        a.align(16).label("user").op(PUSH, imm(USER_ROUNDS));
        a.label("user round").op(MOV, EAX, imm(RandomModule.FUNCTIONS - 1)).op(PUSH, RAX);
        a.label("user function").op(MOV, RDI, imm(USER_MODULE)).op(MOV, RCX, mem(8, RSP));
        a.op(MOV, EAX, mem(4, RDI, RCX, 4, 0)).op(ADD, RAX, RDI).op(CALL, RAX);
        a.op(MOV, EAX, mem(4, RSP)).op(XOR, EDX, EDX).op(MOV, ECX, imm(Services.COUNT));
        a.op(DIV, ECX).op(MOV, EAX, EDX).op(SYSCALL);
        a.op(DEC, mem(8, RSP)).jump(JNS, "user function").op(POP, RAX);
        a.op(DEC, mem(8, RSP)).jump(JNZ, "user round");
        a.op(MOV, EAX, imm(Services.COUNT)).op(SYSCALL);
        a.at(a.address("user") + USER_CODE_BYTES);
    }

    /** The service that EAX names, or none and the end of the program. */
    private static void systemCall(Assembler a) {
        a.align(16).label("syscall").op(SWAPGS).op(MOV, gs(USER_RSP), RSP);
        a.op(MOV, RSP, gs(SYSCALL_STACK)).op(PUSH, gs(USER_RSP)).op(PUSH, R11).op(PUSH, RCX);
        a.op(PUSH, RBP).op(PUSH, RBX).op(CLD).op(STAC).op(CMP, EAX, imm(Services.COUNT));
        a.jump(JNB, "back").op(MOV, ECX, imm(a.address("services")));
        a.op(CALL, mem(8, RCX, RAX, 8, 0)).op(CLAC).op(POP, RBX).op(POP, RBP).op(POP, RCX);
        a.op(POP, R11).op(POP, RSP).op(SWAPGS).db(0x48).op(SYSRET);
    }

    private static void tables(Assembler a) {
        a.align(16).label("gdt").dq(0, 0);
        a.dq(0x00AF_9B00_0000_FFFFL, 0x00CF_9300_0000_FFFFL); // CODE, DATA
        a.dq(0, 0x00CF_F300_0000_FFFFL, 0x00AF_FB00_0000_FFFFL); // USER_DATA, USER_CODE_64
        a.dq(
                0x67
                        | (TASK_STATE & 0xFF_FFFFL) << 16
                        | 0x89L << 40
                        | (long) TASK_STATE >>> 24 << 56,
                0);
        a.label("gdtr").dw((int) (a.address("gdtr") - a.address("gdt") - 1)).dq(a.address("gdt"));
        a.align(16).label("idt");
        for (int vector = 0; vector < IDT_ENTRIES; vector++) {
            long handler = a.address(Interrupts.handler(vector));
            long type = vector == 3 ? 0xEE00 : 0x8E00;
            a.dd(handler & 0xFFFF | CODE << 16, handler & 0xFFFF_0000L | type).dq(0);
        }
        a.label("idtr").dw(16 * IDT_ENTRIES - 1).dq(a.address("idt"));
    }

    private static Operand quad(int address) {
        return abs(8, address, 8);
    }

    private static Operand gs(int offset) {
        return in(Segment.GS, abs(8, offset, 8));
    }
}
