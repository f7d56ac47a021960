package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Descriptor;
import dev.lungo.cpu.core.DescriptorTables;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.Width;

/**
 * Questions about descriptors (ARPL, LAR, LSL, VERR, VERW), and the registers of the descriptor
 * tables: SGDT, SIDT, LGDT, LIDT, SLDT, LLDT, STR, LTR.
 */
public final class Descriptors {
    private Descriptors() {}

    public static Op lower(Lowering at, Instruction instruction) {
        Mnemonic mnemonic = instruction.mnemonic();
        return switch (mnemonic) {
            case SGDT, SIDT -> storeTable(at, instruction, mnemonic == Mnemonic.SGDT);
            case LGDT, LIDT -> loadTable(at, instruction, mnemonic == Mnemonic.LGDT);
            default ->
                    (at.mode() & (Mode.REAL | Mode.VM86)) != 0
                            ? new Lowering.Raise(ExceptionVector.UD)
                            : selectors(at, instruction);
        };
    }

    private static Op selectors(Lowering at, Instruction instruction) {
        Operand first = instruction.operand(0);
        return switch (instruction.mnemonic()) {
            case ARPL ->
                    new AdjustPrivilege(
                            at.place(first, Width.WORD), at.place(instruction.operand(1)));
            case LAR, LSL ->
                    new LoadPart(
                            at.place(first),
                            at.place(instruction.operand(1), Width.WORD),
                            instruction.mnemonic() == Mnemonic.LAR);
            case VERR, VERW ->
                    new Verify(
                            at.place(first, Width.WORD), instruction.mnemonic() == Mnemonic.VERW);
            case SLDT -> new StoreSelector(instruction, Segments.LDTR, destination(at, first));
            case STR -> new StoreSelector(instruction, Segments.TR, destination(at, first));
            case LLDT -> new LoadSelector(instruction, false, at.place(first, Width.WORD));
            case LTR -> new LoadSelector(instruction, true, at.place(first, Width.WORD));
            default -> throw new IllegalArgumentException("not of this family: " + instruction);
        };
    }

    /** Memory takes two bytes, a register as much as the operand size. */
    private static Place destination(Lowering at, Operand operand) {
        return operand instanceof Operand.Memory
                ? at.place(operand, Width.WORD)
                : at.place(operand);
    }

    private static Op storeTable(Lowering at, Instruction instruction, boolean global) {
        Address address = at.address((Operand.Memory) instruction.operand(0));
        return new StoreTable(instruction, address, global, at.is64() ? 8 : 4);
    }

    private static Op loadTable(Lowering at, Instruction instruction, boolean global) {
        Address address = at.address((Operand.Memory) instruction.operand(0));
        int baseMask = instruction.operandBytes() == 2 ? 0xFF_FFFF : -1;
        return new LoadTable(instruction, address, global, at.is64() ? 8 : 4, baseMask);
    }

    private static void checkPrivilege(Processor cpu) {
        if (cpu.cpl != 0) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
    }

    /** CR4.UMIP keeps these from all but CPL 0. */
    private static void checkUmip(Processor cpu) {
        if ((cpu.system.cr4 & Cr4.UMIP) != 0) {
            checkPrivilege(cpu);
        }
    }

    private static void setZero(Processor cpu, boolean zero) {
        long flags = Flags.status(cpu.state);
        Flags.setStatus(cpu.state, zero ? flags | Rflags.ZF : flags & ~Rflags.ZF);
    }

    /**
     * SGDT and SIDT. The operand size does not matter: what the manual says of 16 bits is not what
     * processors since the 386 do.
     */
    private static final class StoreTable extends Op {
        private final Instruction instruction;
        private final Address address;
        private final boolean global;
        private final int baseBytes;

        StoreTable(Instruction instruction, Address address, boolean global, int baseBytes) {
            this.instruction = instruction;
            this.address = address;
            this.global = global;
            this.baseBytes = baseBytes;
        }

        @Override
        public void execute(Processor cpu) {
            checkUmip(cpu);
            cpu.intercept(instruction, 0);
            var system = cpu.system;
            long limitAt = address.forStore(cpu, 2);
            long baseAt = address.linear(cpu, 2, baseBytes, true);
            cpu.mmu.probeStore(limitAt, 2);
            cpu.mmu.probeStore(baseAt, baseBytes);
            cpu.mmu.store16(limitAt, global ? system.gdtLimit : system.idtLimit);
            cpu.mmu.store(baseAt, baseBytes, global ? system.gdtBase : system.idtBase);
        }
    }

    private static final class LoadTable extends Op.Serializing {
        private final Instruction instruction;
        private final Address address;
        private final boolean global;
        private final int baseBytes;
        private final long baseMask;

        LoadTable(
                Instruction instruction,
                Address address,
                boolean global,
                int baseBytes,
                long baseMask) {
            this.instruction = instruction;
            this.address = address;
            this.global = global;
            this.baseBytes = baseBytes;
            this.baseMask = baseBytes == 8 ? -1 : baseMask;
        }

        @Override
        protected void perform(Processor cpu) {
            checkPrivilege(cpu);
            cpu.intercept(instruction, 0);
            int limit = cpu.mmu.load16(address.forLoad(cpu, 2));
            long base =
                    cpu.mmu.load(address.linear(cpu, 2, baseBytes, false), baseBytes) & baseMask;
            if (baseBytes == 8 && !cpu.isCanonicalBase(base)) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            if (global) {
                cpu.system.gdtBase = base;
                cpu.system.gdtLimit = limit;
            } else {
                cpu.system.idtBase = base;
                cpu.system.idtLimit = limit;
            }
        }
    }

    private static final class StoreSelector extends Op {
        private final Instruction instruction;
        private final int register;
        private final Place to;

        StoreSelector(Instruction instruction, int register, Place to) {
            this.instruction = instruction;
            this.register = register;
            this.to = to;
        }

        @Override
        public void execute(Processor cpu) {
            checkUmip(cpu);
            cpu.intercept(instruction, 0);
            to.set(cpu, cpu.segments.selector[register]);
        }
    }

    private static final class LoadSelector extends Op {
        private final Instruction instruction;
        private final boolean task;
        private final Place from;

        LoadSelector(Instruction instruction, boolean task, Place from) {
            this.instruction = instruction;
            this.task = task;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            checkPrivilege(cpu);
            cpu.intercept(instruction, 0);
            int selector = (int) from.get(cpu);
            if (task) {
                cpu.loader.loadTask(selector);
            } else {
                cpu.loader.loadLdt(selector, ExceptionVector.GP);
            }
        }
    }

    /** ARPL, which writes only what changes. */
    private static final class AdjustPrivilege extends Op {
        private final Place to;
        private final Place from;

        AdjustPrivilege(Place to, Place from) {
            this.to = to;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            long selector = to.get(cpu);
            long rpl = from.get(cpu) & 3;
            boolean raised = (selector & 3) < rpl;
            if (raised) {
                to.set(cpu, selector & ~3L | rpl);
            }
            setZero(cpu, raised);
        }
    }

    /** LAR and LSL, which never fault on account of what the selector names. */
    private static final class LoadPart extends Op {
        /** Access rights as LAR returns them: bits 55:52 and 47:40 of the descriptor. */
        private static final long RIGHTS = 0x00F0_FF00;

        // Types of system descriptors that each knows.
        private static final int LIMITS =
                1 << Descriptor.TSS16_AVAILABLE
                        | 1 << Descriptor.LDT
                        | 1 << Descriptor.TSS16_BUSY
                        | 1 << Descriptor.TSS_AVAILABLE
                        | 1 << Descriptor.TSS_BUSY;
        private static final int GATES =
                1 << Descriptor.CALL_GATE16 | 1 << Descriptor.TASK_GATE | 1 << Descriptor.CALL_GATE;
        private static final int LONG_LIMITS =
                1 << Descriptor.LDT | 1 << Descriptor.TSS_AVAILABLE | 1 << Descriptor.TSS_BUSY;

        private final Place to;
        private final Place from;
        private final boolean rights;

        LoadPart(Place to, Place from, boolean rights) {
            this.to = to;
            this.from = from;
            this.rights = rights;
        }

        @Override
        public void execute(Processor cpu) {
            int selector = (int) from.get(cpu);
            boolean found = false;
            if (!DescriptorTables.isNull(selector) && cpu.tables.holds(selector, 8)) {
                long descriptor = cpu.tables.read(selector);
                found = isKnown(cpu, descriptor) && isVisible(cpu, selector, descriptor);
                if (found) {
                    to.set(
                            cpu,
                            rights
                                    ? descriptor >>> 32 & RIGHTS
                                    : Descriptor.limit(descriptor) & 0xFFFF_FFFFL);
                }
            }
            setZero(cpu, found);
        }

        private boolean isKnown(Processor cpu, long descriptor) {
            if (!Descriptor.isSystem(descriptor)) {
                return true;
            }
            int known = cpu.isLong() ? LONG_LIMITS : LIMITS;
            if (rights) {
                known |= cpu.isLong() ? 1 << Descriptor.CALL_GATE : GATES;
            }
            return (known >> Descriptor.type(descriptor) & 1) != 0;
        }
    }

    /** Whether CPL and RPL allow access: always to a conforming code segment. */
    private static boolean isVisible(Processor cpu, int selector, long descriptor) {
        int dpl = Descriptor.dpl(descriptor);
        return Descriptor.isCode(descriptor) && Descriptor.isConforming(descriptor)
                || dpl >= cpu.cpl && dpl >= (selector & 3);
    }

    private static final class Verify extends Op {
        private final Place from;
        private final boolean writing;

        Verify(Place from, boolean writing) {
            this.from = from;
            this.writing = writing;
        }

        @Override
        public void execute(Processor cpu) {
            int selector = (int) from.get(cpu);
            boolean allowed = false;
            if (!DescriptorTables.isNull(selector) && cpu.tables.holds(selector, 8)) {
                long descriptor = cpu.tables.read(selector);
                allowed =
                        (writing
                                        ? Descriptor.isWritableData(descriptor)
                                        : Descriptor.isReadable(descriptor))
                                && isVisible(cpu, selector, descriptor);
            }
            setZero(cpu, allowed);
        }
    }
}
