package dev.lungo.fuzz;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Inputs without a fuzzer, the same every time: what a build tries out in a few seconds. */
public final class SeededInputs {
    private static final byte[] INTERESTING = {
        0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x7F, (byte) 0x80, (byte) 0xFE, (byte) 0xFF
    };

    private SeededInputs() {}

    /** Gives a target {@code count} inputs of up to {@code mostBytes} random bytes. */
    public static void random(int count, int mostBytes, Consumer<byte[]> target) {
        made(
                count,
                random -> {
                    byte[] input = new byte[random.nextInt(mostBytes + 1)];
                    random.nextBytes(input);
                    return input;
                },
                target);
    }

    /** Gives a target {@code count} inputs that somebody makes. */
    public static void made(int count, Function<Random, byte[]> maker, Consumer<byte[]> target) {
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            give(maker.apply(random), target);
        }
    }

    /** The first {@code count} inputs that somebody makes. */
    public static List<byte[]> first(int count, Function<Random, byte[]> maker) {
        Random random = new Random(0);
        return Stream.generate(() -> maker.apply(random)).limit(count).toList();
    }

    /** Gives a target every seed as it is, and then {@code count} times a changed one. */
    public static void changed(int count, List<byte[]> seeds, Consumer<byte[]> target) {
        seeds.forEach(seed -> give(seed, target));
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            byte[] input = seeds.get(random.nextInt(seeds.size()));
            for (int change = random.nextInt(4); change >= 0; change--) {
                input = change(input, random);
            }
            give(input, target);
        }
    }

    private static byte[] change(byte[] input, Random random) {
        if (input.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        byte[] changed = input.clone();
        int at = random.nextInt(input.length);
        switch (random.nextInt(8)) {
            case 0 -> {
                return Arrays.copyOf(input, at);
            }
            case 1 -> { // a piece of it comes again somewhere else
                int from = random.nextInt(input.length);
                int bytes = random.nextInt(1 + input.length - Math.max(at, from));
                System.arraycopy(input, from, changed, at, bytes);
            }
            case 2 -> changed[at] ^= (byte) (1 << random.nextInt(8));
            case 3 -> changed[at] = (byte) random.nextInt();
            case 4 -> {
                byte value = INTERESTING[random.nextInt(INTERESTING.length)];
                Arrays.fill(changed, at, Math.min(input.length, at + 4), value);
            }
            default -> changed[at] = INTERESTING[random.nextInt(INTERESTING.length)];
        }
        return changed;
    }

    private static void give(byte[] input, Consumer<byte[]> target) {
        try {
            target.accept(input.clone());
        } catch (Throwable e) {
            throw new AssertionError("with input " + HexFormat.of().formatHex(input), e);
        }
    }
}
