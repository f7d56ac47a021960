package dev.lungo.cpu.translate;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Instruction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A random program: a loop of pieces each of which does something that translated code has to get
 * right. What a piece is depends on its seed alone, so that a program is still one when some of its
 * pieces are left out.
 */
final class FuzzedProgram {
    /** What holds for the whole program. */
    enum Choice {
        /** 64-bit mode with paging, rather than protected mode without. */
        LONG,
        /** Address spaces have numbers. */
        PCID,
        /** Segments have limits, and some of them bases, in protected mode. */
        LIMITS,
        /** With breakpoints, which make everything slow. */
        BREAKPOINTS
    }

    /** One piece. */
    record Item(FuzzedPiece kind, long seed) {}

    /** What lies at a physical address, or will when the device writes it there. */
    static final class Bytes {
        private final long address;
        private final byte[] bytes;

        Bytes(long address, byte[] bytes) {
            this.address = address;
            this.bytes = bytes;
        }

        long address() {
            return address;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** Which code is where, for the listing; mode is null for data. */
    record Stretch(long address, int bytes, @Nullable CodeMode mode, String name) {}

    /** All that there is to be run. */
    record Code(long entry, List<Bytes> pieces, List<Stretch> stretches, List<Bytes> transfers) {}

    private static final int MOST_LOOPS = 40;
    private static final int PAGE = 4096;

    private final long seed;
    private final Set<Choice> choices;
    private final List<Item> items;
    private final int loops;
    private final Code code;

    FuzzedProgram(long seed) {
        this(new SplittableRandom(seed), seed);
    }

    private FuzzedProgram(SplittableRandom random, long seed) {
        this(seed, choices(random), new ArrayList<>(), 2 + random.nextInt(MOST_LOOPS), random);
    }

    private FuzzedProgram(
            long seed,
            Set<Choice> choices,
            List<Item> items,
            int loops,
            @Nullable SplittableRandom random) {
        this.seed = seed;
        this.choices = choices;
        this.items = items;
        this.loops = loops;
        if (random != null) {
            int count = 2 + random.nextInt(10);
            while (items.size() < count) {
                FuzzedPiece kind = FuzzedPiece.random(random);
                if (kind.fits(this)) {
                    items.add(new Item(kind, random.nextLong()));
                }
            }
        }
        code = new FuzzedWriter(this).write();
    }

    private static Set<Choice> choices(SplittableRandom random) {
        Set<Choice> choices = EnumSet.noneOf(Choice.class);
        if (random.nextInt(4) != 0) {
            choices.add(Choice.LONG);
        }
        if (!choices.contains(Choice.LONG) && random.nextBoolean()) {
            choices.add(Choice.LIMITS);
        }
        if (random.nextInt(4) == 0) {
            choices.add(Choice.PCID);
        }
        if (random.nextInt(8) == 0) {
            choices.add(Choice.BREAKPOINTS);
        }
        return choices;
    }

    long seed() {
        return seed;
    }

    List<Item> items() {
        return items;
    }

    int loops() {
        return loops;
    }

    Code code() {
        return code;
    }

    boolean has(Choice choice) {
        return choices.contains(choice);
    }

    boolean isLong() {
        return has(Choice.LONG);
    }

    /** Where the text begins: mostly such that it reaches into the next page. */
    long origin() {
        return FuzzedMachine.TEXT + PAGE - (seed * 0x9E37_79B9 >>> 20 & 0x1FF);
    }

    /** The same without one of its pieces. */
    FuzzedProgram without(int item) {
        List<Item> left = new ArrayList<>(items);
        left.remove(item);
        return new FuzzedProgram(seed, choices, left, loops, null);
    }

    /** The same with its loop run as often as that. */
    FuzzedProgram looping(int often) {
        return new FuzzedProgram(seed, choices, items, often, null);
    }

    String listing() {
        StringBuilder text = new StringBuilder();
        text.append("seed %d, %s, %d times%n".formatted(seed, choices, loops));
        for (Stretch each : code.stretches()) {
            text.append(each.name()).append(System.lineSeparator());
            list(text, each);
        }
        return text.toString();
    }

    private void list(StringBuilder text, Stretch stretch) {
        byte[] bytes = bytes(stretch);
        int at = 0;
        while (at < bytes.length && stretch.mode() != null) {
            var decoded = Decoder.decode(stretch.mode(), bytes, at, bytes.length - at);
            if (!(decoded instanceof Instruction i)) {
                break;
            }
            long address = stretch.address() + at;
            text.append("  %x  %s%n".formatted(address, Disassembler.format(i, address)));
            at += i.length();
        }
        if (at < bytes.length) {
            text.append("  %x ".formatted(stretch.address() + at));
            for (; at < bytes.length; at++) {
                text.append(" %02x".formatted(bytes[at]));
            }
            text.append(System.lineSeparator());
        }
    }

    private byte[] bytes(Stretch stretch) {
        byte[] bytes = new byte[stretch.bytes()];
        for (Bytes piece : code.pieces()) {
            long from = stretch.address() - piece.address();
            if (from >= 0 && from < piece.bytes().length) {
                System.arraycopy(piece.bytes(), (int) from, bytes, 0, bytes.length);
            }
        }
        return bytes;
    }
}
