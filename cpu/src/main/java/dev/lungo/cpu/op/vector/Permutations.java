package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;

/**
 * Elements spread over, moved across or taken from the two lanes of a YMM register: AVX and AVX2.
 * SDM 2C, "VBROADCAST" to "VZEROUPPER".
 */
public final class Permutations {
    private Permutations() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case VPBROADCASTB                   -> broadcast(form, 1);
            case VPBROADCASTW                   -> broadcast(form, 2);
            case VPBROADCASTD, VBROADCASTSS     -> broadcast(form, 4);
            case VPBROADCASTQ, VBROADCASTSD     -> broadcast(form, 8);
            case VBROADCASTF128, VBROADCASTI128 -> broadcast(form, 16);
            case VEXTRACTF128, VEXTRACTI128     -> extract(form);
            case VINSERTF128, VINSERTI128       -> new Whole(form, form.first(), form.second(), insert(form));
            case VPERM2F128, VPERM2I128         -> new Whole(form, form.first(), form.second(), lanes(form));
            case VPERMPS, VPERMD   -> new Whole(form, form.first(), form.second(), Permutations::dwords);
            case VPERMPD, VPERMQ   -> new Whole(form, form.to(), form.source(1), qwords(form.immediate()));
            case VPERMILPS         -> form.hasImmediate()
                                        ? form.unaryLanes(Shuffles.shuffleDwords(form.immediate()))
                                        : form.lanes(Permutations::dwordsInLane);
            case VPERMILPD         -> form.hasImmediate()
                                        ? form.unaryLanes(
                                                qwordsInLane(form.immediate()),
                                                qwordsInLane(form.immediate() >> 2))
                                        : form.lanes(Permutations::qwordsInLane);
            case VZEROALL          -> new Zero(form, 0);
            case VZEROUPPER        -> new Zero(form, 16);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static VectorOp broadcast(Form form, int width) {
        return new Whole(
                form,
                form.to(),
                form.source(1),
                (to, _, b, bytes) -> {
                    for (int i = 0; i < bytes; i++) {
                        Raw.putByte(to + i, Raw.getByte(b + (i & (width - 1))));
                    }
                });
    }

    private static VectorOp extract(Form form) {
        long from = form.register(1) + 16L * (form.immediate() & 1);
        return VectorMoves.move(form, from, 16);
    }

    private static LaneFunction insert(Form form) {
        int at = 16 * (form.immediate() & 1);
        return (to, a, b, bytes) -> {
            Shapes.copy(a, to, bytes);
            Shapes.copy(b, to + at, 16);
        };
    }

    /** Either lane of either source, or zeros, for each lane of the result. */
    private static LaneFunction lanes(Form form) {
        int control = form.immediate();
        return (to, a, b, _) -> {
            for (int lane = 0; lane < 2; lane++) {
                int choice = control >> 4 * lane & 0xF;
                long from = ((choice & 2) == 0 ? a : b) + 16L * (choice & 1);
                boolean zero = (choice & 8) != 0;
                Raw.putLong(to + 16L * lane, zero ? 0 : Raw.getLong(from));
                Raw.putLong(to + 16L * lane + 8, zero ? 0 : Raw.getLong(from + 8));
            }
        };
    }

    /** Any of b's doublewords, as a's say. */
    private static void dwords(long to, long a, long b, int bytes) {
        for (int i = 0; i < bytes; i += 4) {
            Raw.putInt(to + i, Raw.getInt(b + 4L * (Raw.getInt(a + i) & 7)));
        }
    }

    private static LaneFunction qwords(int order) {
        return (to, _, b, _) -> {
            for (int i = 0; i < 4; i++) {
                Raw.putLong(to + 8L * i, Raw.getLong(b + 8L * (order >> 2 * i & 3)));
            }
        };
    }

    /** Any of a's doublewords in the lane, as b's say. */
    private static void dwordsInLane(long to, long a, long b, int bytes) {
        for (int i = 0; i < bytes; i += 4) {
            Raw.putInt(to + i, Raw.getInt(a + 4L * (Raw.getInt(b + i) & 3)));
        }
    }

    private static LaneFunction qwordsInLane(int order) {
        return (to, _, b, _) -> {
            Raw.putLong(to, Raw.getLong(b + 8L * (order & 1)));
            Raw.putLong(to + 8, Raw.getLong(b + 8L * (order >> 1 & 1)));
        };
    }

    /** Bit 1 of b's quadwords says which. */
    private static void qwordsInLane(long to, long a, long b, int bytes) {
        for (int i = 0; i < bytes; i += 8) {
            Raw.putLong(to + i, Raw.getLong(a + 8L * (Raw.getInt(b + i) >> 1 & 1)));
        }
    }

    /** A function of the whole vector, lanes or not. */
    private static final class Whole extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final long result;
        private final LaneFunction function;

        Whole(Form form, long a, Source b, LaneFunction function) {
            to = form.to();
            this.a = a;
            this.b = b;
            bytes = form.bytes();
            result = form.at.state(Source.result());
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            function.apply(result, a, b.fetch(cpu), bytes);
            Shapes.copy(result, to, bytes);
            clear(to, bytes);
        }
    }

    /** VZEROALL and VZEROUPPER reach the registers that the mode can name. */
    private static final class Zero extends VectorOp {
        private final int registers;
        private final int from;

        Zero(Form form, int from) {
            registers = Mode.is64(form.at.mode()) ? 16 : 8;
            this.from = from;
        }

        @Override
        public void execute(Processor cpu) {
            for (int i = 0; i < registers; i++) {
                clear(cpu.state + State.vector(i), from);
            }
        }
    }
}
