package dev.lungo.cpu.translate;

import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.CR0;
import static dev.lungo.isa.Operands.CR3;
import static dev.lungo.isa.Operands.CR4;
import static dev.lungo.isa.Operands.DR0;
import static dev.lungo.isa.Operands.DR1;
import static dev.lungo.isa.Operands.DR2;
import static dev.lungo.isa.Operands.DR3;
import static dev.lungo.isa.Operands.DR7;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDI;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.ESI;
import static dev.lungo.isa.Operands.R11D;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.SS;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;

import dev.lungo.cpu.Rig;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;
import java.util.SplittableRandom;

/** What a {@link FuzzedProgram} is made of. */
enum FuzzedPiece {
    /** Moves, arithmetic, and whatever else goes straight on. */
    INSTRUCTIONS(6) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.instructions(to.mode, 3 + to.random.nextInt(12));
            to.listed(from, to.mode);
        }
    },
    /** A branch over some instructions. */
    SKIP(3) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            Mnemonic[] conditions = {
                Mnemonic.JO,
                Mnemonic.JB,
                Mnemonic.JNB,
                Mnemonic.JZ,
                Mnemonic.JNZ,
                Mnemonic.JBE,
                Mnemonic.JS,
                Mnemonic.JP,
                Mnemonic.JL,
                Mnemonic.JNLE,
                Mnemonic.JMP
            };
            to.a.jump(conditions[to.random.nextInt(conditions.length)], to.local("over"));
            to.instructions(to.mode, 1 + to.random.nextInt(4));
            to.label("over");
            to.instructions(to.mode, to.random.nextInt(3));
            to.listed(from, to.mode);
        }
    },
    /** An inner loop. */
    LOOP(2) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.set(FuzzedMachine.INNER_LOOPS, 1 + to.random.nextInt(12));
            to.label("again");
            to.instructions(to.mode, 1 + to.random.nextInt(5));
            if (to.random.nextInt(4) == 0) {
                to.slot(to.mode);
            }
            to.a.op(Mnemonic.DEC, to.doubleword(FuzzedMachine.INNER_LOOPS));
            to.a.jump(Mnemonic.JNZ, to.local("again"));
            to.listed(from, to.mode);
        }
    },
    /** A subroutine, called in one way or another, now and then on another page. */
    CALL(3) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            switch (to.random.nextInt(3)) {
                case 0 -> to.a.jump(Mnemonic.CALL, to.local("subroutine"));
                case 1 -> {
                    to.a.op(Mnemonic.MOV, ECX, imm(to.address("subroutine")));
                    to.a.op(Mnemonic.CALL, to.isLong() ? RCX : ECX);
                }
                default -> {
                    to.set(FuzzedMachine.BACK, to.address("subroutine"));
                    int bytes = to.isLong() ? 8 : 4;
                    to.a.op(Mnemonic.CALL, abs(bytes, FuzzedMachine.BACK, bytes));
                }
            }
            to.instructions(to.mode, 1);
            to.a.jump(Mnemonic.JMP, to.local("end"));
            to.listed(from, to.mode);
            if (to.random.nextInt(4) == 0) {
                int before = to.random.nextInt(12);
                to.a.at((to.a.here() + before | 0xFFF) + 1 - before);
            }
            from = to.a.here();
            to.label("subroutine");
            to.inSubroutine(to.mode, 1 + to.random.nextInt(5));
            if (to.random.nextInt(4) == 0) {
                to.slot(to.mode);
            }
            to.a.op(Mnemonic.RET);
            to.label("end");
            to.listed(from, to.mode);
        }
    },
    /** A place that others overwrite. */
    SLOT(3) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.instructions(to.mode, to.random.nextInt(3));
            to.slot(to.mode);
            to.instructions(to.mode, to.random.nextInt(3));
            to.slot(to.mode);
            to.listed(from, to.mode);
        }
    },
    /** A store to a place that holds code. */
    PATCH(5) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            long slot = to.anySlot();
            byte[] template = FuzzedWriter.template(to.random);
            long at = to.random.nextInt(3) == 0 ? to.again(slot) : slot;
            long value =
                    java.nio.ByteBuffer.wrap(template)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .getLong();
            switch (to.random.nextInt(6)) {
                case 0 -> copied(to, at, template);
                case 1 -> to.command(to.transfer(slot, template));
                case 2, 3 -> {
                    if (to.isLong()) {
                        to.a.op(Mnemonic.MOV, RAX, imm(value));
                        Operand memory = abs(8, at, 8);
                        to.a.op(
                                to.random.nextBoolean() ? Mnemonic.XCHG : Mnemonic.MOV,
                                memory,
                                RAX);
                    } else {
                        halves(to, at, value);
                    }
                }
                default -> halves(to, at, value);
            }
            to.listed(from, to.mode);
            from = to.a.here();
            if (to.random.nextInt(3) == 0) {
                to.slot(to.mode);
            }
            to.instructions(to.mode, to.random.nextInt(3));
            to.listed(from, to.mode);
        }

        private void halves(FuzzedWriter to, long at, long value) {
            to.a.op(Mnemonic.MOV, to.doubleword(at), imm(value << 32 >> 32));
            to.a.op(Mnemonic.MOV, to.doubleword(at + 4), imm(value >> 32));
        }

        private void copied(FuzzedWriter to, long at, byte[] template) {
            to.a.jump(Mnemonic.JMP, to.local("copy"));
            to.label("template");
            for (byte each : template) {
                to.a.db(each);
            }
            to.label("copy");
            to.a.op(Mnemonic.MOV, ESI, imm(to.address("template")));
            to.a.op(Mnemonic.MOV, EDI, imm(at));
            boolean bytes = to.random.nextBoolean();
            to.a.op(Mnemonic.MOV, ECX, imm(bytes ? 8 : 2));
            to.a.db(0xF3, bytes ? 0xA4 : 0xA5); // rep movs
            to.a.op(Mnemonic.MOV, ESI, imm(FuzzedMachine.DATA)); // slots store there
        }
    },
    /** Strings, up and down, with and without REP. */
    STRING(2) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            int[] opcodes = {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF};
            to.a.op(Mnemonic.MOV, ESI, imm(place(to)));
            to.a.op(Mnemonic.MOV, EDI, imm(place(to)));
            to.a.op(Mnemonic.MOV, ECX, imm(to.random.nextInt(40)));
            boolean down = to.random.nextInt(4) == 0;
            if (down) {
                to.a.op(Mnemonic.STD);
            }
            int prefix = to.random.nextInt(3);
            if (prefix > 0) {
                to.a.db(prefix == 1 ? 0xF3 : 0xF2);
            }
            if (to.isLong() && to.random.nextInt(3) == 0) {
                to.a.db(0x48);
            }
            to.a.db(opcodes[to.random.nextInt(opcodes.length)]);
            if (down) {
                to.a.op(Mnemonic.CLD);
            }
            to.listed(from, to.mode);
        }

        private long place(FuzzedWriter to) {
            return to.random.nextInt(8) == 0
                    ? FuzzedMachine.WINDOW + 0xFC0 + to.random.nextInt(0x40)
                    : FuzzedMachine.DATA + 0x200 + to.random.nextInt(0x2000);
        }
    },
    /** 64-bit user mode and back. */
    USER(2) {
        @Override
        void write(FuzzedWriter to) {
            int code = to.isLong() ? Rig.FREE + 0x10 | 3 : Rig.CODE3;
            user(to, code, to.mode);
        }
    },
    /** 32-bit user mode and back. */
    USER32(2) {
        @Override
        boolean fits(FuzzedProgram program) {
            return program.isLong();
        }

        @Override
        void write(FuzzedWriter to) {
            user(to, FuzzedMachine.CODE32_3, CodeMode.CODE32);
        }
    },
    /** SYSRET and SYSCALL. */
    SYSTEM_CALL(2) {
        @Override
        boolean fits(FuzzedProgram program) {
            return program.isLong();
        }

        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.set(FuzzedMachine.BACK, to.address("end"));
            to.a.op(Mnemonic.MOV, ECX, imm(to.address("user")));
            to.a.op(Mnemonic.MOV, R11D, imm(flags(to)));
            to.a.db(0x48).op(Mnemonic.SYSRET);
            to.label("user");
            to.instructions(to.mode, 1 + to.random.nextInt(6));
            to.a.op(Mnemonic.SYSCALL);
            to.label("end");
            to.listed(from, to.mode);
        }
    },
    /** 32-bit code of the supervisor's in long mode. */
    COMPATIBILITY(3) {
        @Override
        boolean fits(FuzzedProgram program) {
            return program.isLong();
        }

        @Override
        void write(FuzzedWriter to) {
            inSegment(to, FuzzedMachine.CODE32_0, CodeMode.CODE32);
        }
    },
    /** 16-bit code. */
    CODE16(1) {
        @Override
        void write(FuzzedWriter to) {
            inSegment(to, FuzzedMachine.CODE16_0, CodeMode.CODE16);
        }
    },
    /** An interrupt that returns. */
    INTERRUPT(1) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            if (to.random.nextBoolean()) {
                to.a.op(Mnemonic.INT3);
            } else {
                to.a.op(Mnemonic.INT, imm(FuzzedMachine.NEUTRAL_VECTOR));
            }
            to.listed(from, to.mode);
        }
    },
    /** The device interrupts, kicks, or masks A20. */
    DEVICE(3) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            int[] commands = {
                FuzzedMachine.IRQ,
                FuzzedMachine.IRQ,
                FuzzedMachine.KICK,
                FuzzedMachine.NMI,
                FuzzedMachine.A20
            };
            to.command(commands[to.random.nextInt(commands.length)]);
            if (to.random.nextBoolean()) {
                to.a.op(to.random.nextInt(3) == 0 ? Mnemonic.CLI : Mnemonic.STI);
            }
            to.listed(from, to.mode);
        }
    },
    /** IF, AC, and other bits of RFLAGS. */
    FLAGS(2) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.pushFlags();
            long[] bits = {Rflags.IF, Rflags.AC, Rflags.ID, Rflags.STATUS & ~Rflags.AF};
            to.a.op(Mnemonic.XOR, to.stackTop(), imm(bits[to.random.nextInt(bits.length)]));
            to.popFlags();
            to.listed(from, to.mode);
        }
    },
    /** AC, as a kernel sets it before it reaches into a user's memory. */
    ACCESS(2) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.a.op(Mnemonic.STAC);
            to.instructions(to.mode, 1 + to.random.nextInt(3));
            if (to.random.nextBoolean()) {
                to.slot(to.mode);
            }
            to.a.op(Mnemonic.CLAC);
            to.instructions(to.mode, 1);
            to.listed(from, to.mode);
        }
    },
    /** Single-stepping from here. */
    TRAP(1) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.set(FuzzedMachine.STEPS, 1 + to.random.nextInt(20));
            to.pushFlags();
            to.a.op(Mnemonic.OR, to.stackTop(), imm(Rflags.TF));
            to.popFlags();
            to.listed(from, to.mode);
        }
    },
    /** The next instruction is shielded from interrupts. */
    SHIELD(1) {
        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.a.op(Mnemonic.MOV, EAX, imm(Rig.DATA0));
            to.a.op(Mnemonic.MOV, SS, AX);
            to.instructions(to.mode, 2);
            to.listed(from, to.mode);
        }
    },
    /** Hardware breakpoints on code and data, or their end. */
    BREAK(4) {
        @Override
        boolean fits(FuzzedProgram program) {
            return program.has(FuzzedProgram.Choice.BREAKPOINTS);
        }

        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            Operand accumulator = to.accumulator();
            if (to.random.nextInt(3) == 0) {
                to.a.op(Mnemonic.MOV, EAX, imm(0x400));
                to.a.op(Mnemonic.MOV, DR7, accumulator);
                to.listed(from, to.mode);
                return;
            }
            int number = to.random.nextInt(4);
            Operand[] registers = {DR0, DR1, DR2, DR3};
            boolean code = to.random.nextBoolean();
            long data = FuzzedMachine.DATA + 0x80 + to.random.nextInt(0x100) * 4L;
            to.a.op(Mnemonic.MOV, EAX, imm(code ? to.address("here") : data));
            to.a.op(Mnemonic.MOV, registers[number], accumulator);
            long kind = code ? 0 : (to.random.nextBoolean() ? 0b1101 : 0b1111);
            to.a.op(Mnemonic.MOV, EAX, imm(0x400 | 2L << 2 * number | kind << 16 + 4 * number));
            to.a.op(Mnemonic.MOV, DR7, accumulator);
            to.instructions(to.mode, 1);
            to.label("here");
            to.instructions(to.mode, 1);
            to.listed(from, to.mode);
        }
    },
    /** The page at a linear address becomes another, and its code is run. */
    REMAP(3) {
        @Override
        boolean fits(FuzzedProgram program) {
            return program.isLong();
        }

        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            if (to.random.nextInt(4) != 0) {
                to.a.op(
                        Mnemonic.XOR,
                        to.doubleword(FuzzedMachine.SWITCHED_ENTRY),
                        imm(FuzzedMachine.ALTERNATIVES ^ FuzzedMachine.ALTERNATIVES + 0x1000));
                if (to.random.nextInt(3) == 0) {
                    space(to, 0);
                } else {
                    to.a.op(Mnemonic.INVLPG, abs(0, FuzzedMachine.SWITCHED, 8));
                }
            }
            if (to.random.nextBoolean()) {
                to.a.op(Mnemonic.MOV, EAX, imm(FuzzedMachine.SWITCHED));
                to.a.op(Mnemonic.CALL, RAX);
            } else {
                long delta = FuzzedMachine.SWITCHED - to.a.here() - 5;
                to.a.db(0xE8).dd(delta);
            }
            to.listed(from, to.mode);
        }
    },
    /** Control registers are written. */
    CONTROL(2) {
        @Override
        boolean fits(FuzzedProgram program) {
            return program.isLong();
        }

        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            switch (to.random.nextInt(4)) {
                case 0 -> {
                    to.a.op(Mnemonic.MOV, RAX, CR4);
                    to.a.op(Mnemonic.XOR, EAX, imm(1 << 7)); // PGE
                    to.a.op(Mnemonic.MOV, CR4, RAX);
                }
                case 1 -> {
                    to.a.op(Mnemonic.MOV, RAX, CR0);
                    to.a.op(Mnemonic.XOR, EAX, imm(1 << 16)); // WP
                    to.a.op(Mnemonic.MOV, CR0, RAX);
                    Operand place =
                            to.doubleword(FuzzedMachine.READ_ONLY + 4L * to.random.nextInt(9));
                    to.a.op(Mnemonic.ADD, place, EDX);
                }
                case 2 -> {
                    to.a.op(Mnemonic.MOV, RAX, CR0);
                    to.a.op(Mnemonic.XOR, EAX, imm(1 << 3)); // TS
                    to.a.op(Mnemonic.MOV, CR0, RAX);
                }
                default -> {
                    boolean numbered = to.program.has(FuzzedProgram.Choice.PCID);
                    space(to, numbered ? to.random.nextInt(3) : 0);
                }
            }
            to.listed(from, to.mode);
        }
    },
    /** Another base for FS or GS. */
    BASE(1) {
        @Override
        boolean fits(FuzzedProgram program) {
            return program.isLong();
        }

        @Override
        void write(FuzzedWriter to) {
            long from = to.a.here();
            to.a.op(Mnemonic.MOV, EAX, imm(to.random.nextInt(0x400)));
            to.a.op(to.random.nextBoolean() ? Mnemonic.WRFSBASE : Mnemonic.WRGSBASE, RAX);
            to.listed(from, to.mode);
        }
    };

    private final int weight;

    FuzzedPiece(int weight) {
        this.weight = weight;
    }

    /** Whether the program can have such a piece. */
    boolean fits(FuzzedProgram program) {
        return true;
    }

    abstract void write(FuzzedWriter to);

    static FuzzedPiece random(SplittableRandom random) {
        int all = 0;
        for (FuzzedPiece each : values()) {
            all += each.weight;
        }
        int left = random.nextInt(all);
        for (FuzzedPiece each : values()) {
            left -= each.weight;
            if (left < 0) {
                return each;
            }
        }
        throw new AssertionError("weights do not add up");
    }

    /** MOV to CR3, of an address space with this number. */
    private static void space(FuzzedWriter to, int number) {
        to.a.op(Mnemonic.MOV, EAX, imm(FuzzedMachine.PAGE_TABLES + number));
        to.a.op(Mnemonic.MOV, CR3, RAX);
    }

    private static long flags(FuzzedWriter to) {
        long flags = Rflags.FIXED | Rflags.IOPL;
        long[] more = {0, Rflags.IF, Rflags.AC, Rflags.CF | Rflags.SF};
        return flags | more[to.random.nextInt(more.length)];
    }

    private static void user(FuzzedWriter to, int code, CodeMode mode) {
        long from = to.a.here();
        to.set(FuzzedMachine.BACK, to.address("end"));
        to.toUser(code, "user", flags(to));
        to.listed(from, to.mode);
        to.a.mode(mode);
        from = to.a.here();
        to.label("user");
        to.instructions(mode, 1 + to.random.nextInt(6));
        if (to.random.nextInt(3) == 0) {
            to.slot(mode);
        }
        if (to.random.nextInt(4) == 0) {
            to.command(FuzzedMachine.IRQ);
        }
        to.a.op(Mnemonic.INT, imm(FuzzedMachine.BACK_VECTOR));
        to.listed(from, mode);
        to.a.mode(to.mode);
        to.label("end");
    }

    /** By far branches to code in another segment, and back. */
    private static void inSegment(FuzzedWriter to, int selector, CodeMode mode) {
        long from = to.a.here();
        if (to.isLong()) {
            to.push(selector);
            to.push(to.address("there"));
            to.a.db(0x48).op(Mnemonic.RETF);
        } else {
            to.a.jumpFar(selector, to.local("there"));
        }
        to.listed(from, to.mode);
        to.a.mode(mode);
        from = to.a.here();
        to.label("there");
        to.instructions(mode, 1 + to.random.nextInt(6));
        if (mode == CodeMode.CODE32 && to.random.nextInt(3) == 0) {
            to.slot(mode);
        }
        if (mode == CodeMode.CODE16) {
            to.a.db(0x66);
        }
        to.a.db(0xEA).dd(to.address("end")).dw(Rig.CODE0);
        to.listed(from, mode);
        to.a.mode(to.mode);
        to.label("end");
    }
}
