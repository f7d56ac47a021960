package dev.lungo.kvm;

import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;

/** Copies between KVM's sets of registers and the form in which loaders and monitors see them. */
final class RegisterTransfer {
    /** By their encoding. */
    private static final int[] GPRS =
            offsets(
                    Structs.REGS,
                    "rax",
                    "rcx",
                    "rdx",
                    "rbx",
                    "rsp",
                    "rbp",
                    "rsi",
                    "rdi",
                    "r8",
                    "r9",
                    "r10",
                    "r11",
                    "r12",
                    "r13",
                    "r14",
                    "r15");

    private static final int RIP = Structs.REGS.at("rip");
    private static final int RFLAGS = Structs.REGS.at("rflags");

    /** By their encoding. */
    private static final int[] SEGMENTS =
            offsets(Structs.SREGS, "es", "cs", "ss", "ds", "fs", "gs");

    private static final int TR = Structs.SREGS.at("tr");
    private static final int LDT = Structs.SREGS.at("ldt");
    private static final int GDT = Structs.SREGS.at("gdt");
    private static final int IDT = Structs.SREGS.at("idt");
    private static final int CR0 = Structs.SREGS.at("cr0");
    private static final int CR2 = Structs.SREGS.at("cr2");
    private static final int CR3 = Structs.SREGS.at("cr3");
    private static final int CR4 = Structs.SREGS.at("cr4");
    private static final int CR8 = Structs.SREGS.at("cr8");
    private static final int EFER = Structs.SREGS.at("efer");

    private static final int BASE = Structs.SEGMENT.at("base");
    private static final int LIMIT = Structs.SEGMENT.at("limit");
    private static final int SELECTOR = Structs.SEGMENT.at("selector");
    private static final int TYPE = Structs.SEGMENT.at("type");
    private static final int PRESENT = Structs.SEGMENT.at("present");
    private static final int DPL = Structs.SEGMENT.at("dpl");
    private static final int DB = Structs.SEGMENT.at("db");
    private static final int S = Structs.SEGMENT.at("s");
    private static final int L = Structs.SEGMENT.at("l");
    private static final int G = Structs.SEGMENT.at("g");
    private static final int AVL = Structs.SEGMENT.at("avl");
    private static final int UNUSABLE = Structs.SEGMENT.at("unusable");

    private static final int TABLE_BASE = Structs.DTABLE.at("base");
    private static final int TABLE_LIMIT = Structs.DTABLE.at("limit");

    private static final int DB0 = Structs.DEBUGREGS.at("db");
    private static final int DR6 = Structs.DEBUGREGS.at("dr6");
    private static final int DR7 = Structs.DEBUGREGS.at("dr7");

    private RegisterTransfer() {}

    private static int[] offsets(Struct type, String... names) {
        int[] offsets = new int[names.length];
        for (int i = 0; i < names.length; i++) {
            offsets[i] = type.at(names[i]);
        }
        return offsets;
    }

    /** A structure kvm_regs. */
    static void save(Memory regs, Memory sregs, Memory debugregs, CpuRegisters into) {
        for (int i = 0; i < GPRS.length; i++) {
            into.gpr[i] = regs.getLong(GPRS[i]);
        }
        into.rip = regs.getLong(RIP);
        into.rflags = regs.getLong(RFLAGS);
        for (int i = 0; i < SEGMENTS.length; i++) {
            into.segments[i] = segment(sregs, SEGMENTS[i]);
        }
        into.ldtr = segment(sregs, LDT);
        into.tr = segment(sregs, TR);
        into.gdtBase = sregs.getLong(GDT + TABLE_BASE);
        into.gdtLimit = sregs.getShort(GDT + TABLE_LIMIT);
        into.idtBase = sregs.getLong(IDT + TABLE_BASE);
        into.idtLimit = sregs.getShort(IDT + TABLE_LIMIT);
        into.cr0 = sregs.getLong(CR0);
        into.cr2 = sregs.getLong(CR2);
        into.cr3 = sregs.getLong(CR3);
        into.cr4 = sregs.getLong(CR4);
        into.cr8 = sregs.getLong(CR8);
        into.efer = sregs.getLong(EFER);
        for (int i = 0; i < 4; i++) {
            into.debug[i] = debugregs.getLong(DB0 + 8 * i);
        }
        into.debug[6] = debugregs.getLong(DR6);
        into.debug[7] = debugregs.getLong(DR7);
    }

    private static SegmentState segment(Memory sregs, int at) {
        int access =
                sregs.getByte(at + TYPE)
                        | sregs.getByte(at + S) << 4
                        | sregs.getByte(at + DPL) << 5
                        | (sregs.getByte(at + UNUSABLE) == 0 ? sregs.getByte(at + PRESENT) << 7 : 0)
                        | sregs.getByte(at + AVL) << 12
                        | sregs.getByte(at + L) << 13
                        | sregs.getByte(at + DB) << 14
                        | sregs.getByte(at + G) << 15;
        return new SegmentState(
                sregs.getShort(at + SELECTOR),
                sregs.getLong(at + BASE),
                sregs.getInt(at + LIMIT),
                access);
    }

    static void loadGeneral(CpuRegisters from, Memory regs) {
        for (int i = 0; i < GPRS.length; i++) {
            regs.putLong(GPRS[i], from.gpr[i]);
        }
        regs.putLong(RIP, from.rip);
        regs.putLong(RFLAGS, from.rflags | 2);
    }

    /** What is not here, the APIC's base and what is injected, stays. */
    static void loadSystem(CpuRegisters from, Memory sregs) {
        for (int i = 0; i < SEGMENTS.length; i++) {
            put(sregs, SEGMENTS[i], from.segments[i]);
        }
        put(sregs, LDT, from.ldtr);
        put(sregs, TR, from.tr);
        sregs.putLong(GDT + TABLE_BASE, from.gdtBase);
        sregs.putShort(GDT + TABLE_LIMIT, from.gdtLimit);
        sregs.putLong(IDT + TABLE_BASE, from.idtBase);
        sregs.putShort(IDT + TABLE_LIMIT, from.idtLimit);
        sregs.putLong(CR0, from.cr0);
        sregs.putLong(CR2, from.cr2);
        sregs.putLong(CR3, from.cr3);
        sregs.putLong(CR4, from.cr4);
        sregs.putLong(CR8, from.cr8);
        sregs.putLong(EFER, from.efer);
    }

    private static void put(Memory sregs, int at, SegmentState state) {
        int access = state.access();
        sregs.putLong(at + BASE, state.base());
        sregs.putInt(at + LIMIT, state.limit());
        sregs.putShort(at + SELECTOR, state.selector());
        sregs.putByte(at + TYPE, access & 15);
        sregs.putByte(at + S, access >>> 4 & 1);
        sregs.putByte(at + DPL, access >>> 5 & 3);
        sregs.putByte(at + PRESENT, access >>> 7 & 1);
        sregs.putByte(at + AVL, access >>> 12 & 1);
        sregs.putByte(at + L, access >>> 13 & 1);
        sregs.putByte(at + DB, access >>> 14 & 1);
        sregs.putByte(at + G, access >>> 15 & 1);
        sregs.putByte(at + UNUSABLE, (access >>> 7 & 1) ^ 1);
    }

    static void loadDebug(CpuRegisters from, Memory debugregs) {
        for (int i = 0; i < 4; i++) {
            debugregs.putLong(DB0 + 8 * i, from.debug[i]);
        }
        debugregs.putLong(DR6, from.debug[6] | dev.lungo.isa.Dr6.FIXED);
        debugregs.putLong(DR7, from.debug[7] | dev.lungo.isa.Dr7.FIXED);
    }
}
