package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.Binary32;
import dev.lungo.cpu.fp.Binary64;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;
import dev.lungo.isa.Mnemonic;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * ±(a × b) ± c in one rounding. SDM 1, "Fused-Multiply-ADD (FMA) Extensions"; SDM 2C,
 * "VFMADD132PD/VFMADD213PD/VFMADD231PD" and their like.
 */
public final class FusedMultiplyAdd {
    /** The name says all: the product's sign, what is done with c, which is which, the element. */
    private static final Pattern NAME =
            Pattern.compile("VF(N?)M(ADD|SUB|ADDSUB|SUBADD)(132|213|231)([PS])([SD])");

    private FusedMultiplyAdd() {}

    public static VectorOp op(Form form) {
        return new Fused(form);
    }

    private static final class Fused extends VectorOp {
        private final long to;
        private final long second;
        private final Source third;
        private final boolean single;
        private final int bytes;
        private final int cleared;
        private final long result;
        private final boolean negateProduct;
        private final boolean subtractEven;
        private final boolean subtractOdd;

        // Which operands, of 1 to 3, are a, b and c.
        private final int a;
        private final int b;
        private final int c;

        Fused(Form form) {
            Mnemonic mnemonic = form.instruction.mnemonic();
            Matcher name = NAME.matcher(mnemonic.name());
            if (!name.matches()) {
                throw new IllegalArgumentException(mnemonic.name());
            }
            to = form.to();
            second = form.register(1);
            third = form.source(2);
            single = name.group(5).equals("S");
            boolean scalar = name.group(4).equals("S");
            cleared = form.bytes();
            bytes = scalar ? single ? 4 : 8 : cleared;
            result = form.at.state(Source.result());
            negateProduct = !name.group(1).isEmpty();
            String addend = name.group(2);
            subtractEven = addend.equals("SUB") || addend.equals("ADDSUB");
            subtractOdd = addend.equals("SUB") || addend.equals("SUBADD");
            a = name.group(3).charAt(0) - '0';
            b = name.group(3).charAt(1) - '0';
            c = name.group(3).charAt(2) - '0';
        }

        @Override
        public void execute(Processor cpu) {
            long source = third.fetch(cpu);
            long factor = operand(a, source);
            long otherFactor = operand(b, source);
            long addend = operand(c, source);
            FloatEnv env = Mxcsr.open(cpu);
            if (single) {
                for (int i = 0; i < bytes; i += 4) {
                    boolean subtract = (i & 4) == 0 ? subtractEven : subtractOdd;
                    int value =
                            Binary32.fusedMultiplyAdd(
                                    env,
                                    Raw.getInt(factor + i),
                                    Raw.getInt(otherFactor + i),
                                    Raw.getInt(addend + i),
                                    negateProduct,
                                    subtract);
                    Raw.putInt(result + i, value);
                }
            } else {
                for (int i = 0; i < bytes; i += 8) {
                    boolean subtract = (i & 8) == 0 ? subtractEven : subtractOdd;
                    long value =
                            Binary64.fusedMultiplyAdd(
                                    env,
                                    Raw.getLong(factor + i),
                                    Raw.getLong(otherFactor + i),
                                    Raw.getLong(addend + i),
                                    negateProduct,
                                    subtract);
                    Raw.putLong(result + i, value);
                }
            }
            Mxcsr.close(cpu, env);
            if (bytes == 4) {
                Raw.putInt(to, Raw.getInt(result));
            } else {
                Shapes.copy(result, to, bytes);
            }
            clear(to, cleared);
        }

        private long operand(int number, long source) {
            return switch (number) {
                case 1 -> to;
                case 2 -> second;
                default -> source;
            };
        }
    }
}
