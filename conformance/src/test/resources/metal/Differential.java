package metal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.Supplier;

/**
 * Prints what Java's language and library do, one fact a line. Run on HotSpot and on bare metal it
 * prints the same.
 */
public final class Differential {
    private static int line;

    private Differential() {}

    public static void main(String[] args) {
        integers();
        longs();
        floating();
        conversions();
        characters();
        strings();
        builders();
        arrays();
        exceptions();
        finallyBlocks();
        classes();
        records();
        patterns();
        switches();
        lambdas();
        generics();
        boxing();
        lists();
        maps();
        otherCollections();
        initialisation();
        collector();
        say("end");
    }

    private static void say(Object what) {
        System.out.println(++line + " " + what);
    }

    // Values that no compiler folds.
    private static final int[] INTS = {
        0, 1, -1, 2, 7, -7, 31, 32, 33, 63, 64, 65, 1000003, 0x7FFF_FFFF, 0x8000_0000, -123456789
    };
    private static final long[] LONGS = {
        0, 1, -1, 10, -10, 63, 64, 65, 1L << 32, -(1L << 32), 1234567890123456789L, Long.MAX_VALUE, Long.MIN_VALUE
    };
    private static final double[] DOUBLES = {
        0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1e10, -1e10, 3.0e9, 1e19, -1e19, 1e300, 1e-300, 0.1, 1.0 / 3, 123456.789,
        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, Double.MIN_NORMAL
    };

    private static void integers() {
        for (int a : INTS) {
            long sum = 0;
            StringBuilder quotients = new StringBuilder();
            for (int b : INTS) {
                sum = sum * 31 + (a + b) + (a * b) + (a - b);
                sum = sum * 31 + (a << b) + (a >> b) + (a >>> b) + (a & b) + (a | b) + (a ^ b);
                try {
                    quotients.append(a / b).append(' ').append(a % b).append(' ');
                } catch (ArithmeticException e) {
                    quotients.append(e.getMessage()).append(' ');
                }
            }
            say(a + ": " + sum + " " + quotients);
            say(-a + " " + ~a + " " + Math.abs(a) + " " + Integer.bitCount(a) + " " + Integer.reverse(a) + " "
                    + Integer.numberOfLeadingZeros(a) + " " + Integer.numberOfTrailingZeros(a) + " "
                    + Integer.toHexString(a) + " " + Integer.toBinaryString(a) + " " + Integer.toString(a, 36) + " "
                    + Integer.highestOneBit(a) + " " + Integer.rotateLeft(a, 5) + " " + Integer.signum(a) + " "
                    + (byte) a + " " + (short) a + " " + (int) (char) a + " " + Integer.toUnsignedString(a) + " "
                    + Integer.reverseBytes(a));
            say(Math.floorDiv(a, 7) + " " + Math.floorMod(a, 7) + " " + Integer.divideUnsigned(a, 10) + " "
                    + Integer.remainderUnsigned(a, 10) + " " + Integer.compareUnsigned(a, 5));
        }
        int x = INTS[4];
        x += 3.7;
        say(x);
        x <<= 33;
        say(x);
        byte b = (byte) INTS[12];
        b >>>= 1;
        b += 200;
        say(b);
        char c = 'a';
        c += INTS[1];
        say(c);
        say(INTS[13] + 1 == INTS[14]);
        int i = 5;
        i = i++ + ++i;
        say(i);
        try {
            say(Math.addExact(INTS[13], INTS[1]));
        } catch (ArithmeticException e) {
            say("overflow");
        }
        try {
            int zero = INTS[0];
            zero /= zero;
            say(zero);
        } catch (ArithmeticException e) {
            say(e.getMessage());
        }
    }

    private static void longs() {
        for (long a : LONGS) {
            long sum = 0;
            StringBuilder quotients = new StringBuilder();
            for (long b : LONGS) {
                sum = sum * 31 + (a + b) + (a * b) + (a - b) + (a << b) + (a >> b) + (a >>> b);
                try {
                    quotients.append(a / b).append(' ').append(a % b).append(' ');
                } catch (ArithmeticException e) {
                    quotients.append(e.getMessage()).append(' ');
                }
            }
            say(a + ": " + sum + " " + quotients);
            say(-a + " " + Long.toHexString(a) + " " + Long.bitCount(a) + " " + Long.numberOfTrailingZeros(a) + " "
                    + (int) a + " " + Long.toString(a, 7) + " " + Long.compare(a, 3) + " " + Long.hashCode(a) + " "
                    + Long.divideUnsigned(a, 10) + " " + Long.toUnsignedString(a) + " " + Long.reverse(a));
        }
    }

    private static void floating() {
        for (double a : DOUBLES) {
            StringBuilder text = new StringBuilder();
            for (double b : DOUBLES) {
                text.append(Long.toHexString(Double.doubleToLongBits(a / b) ^ Double.doubleToLongBits(a * b + a - b)));
                text.append(' ').append(Long.toHexString(Double.doubleToLongBits(a % b)));
                text.append(a < b).append(a >= b).append(a == b).append(Double.compare(a, b)).append(' ');
            }
            say(text);
            say(a + " " + (float) a + " " + Math.floor(a) + " " + Math.ceil(a) + " " + Math.rint(a) + " "
                    + Math.sqrt(a) + " " + Math.abs(a) + " " + Math.max(a, 0.0) + " " + Math.min(-0.0, a) + " "
                    + Math.round(a) + " " + Math.signum(a) + " " + Double.isNaN(a));
        }
        float f = 1.1f;
        for (int i = 0; i < 5; i++) {
            f *= f;
            say(f + " " + (double) f + " " + Float.floatToIntBits(f) + " " + f % 0.3f);
        }
        say(0.1 + 0.2);
        say(100.0 / 3);
        say(1e7 + " " + 1e-3 + " " + 1e-4 + " " + 12345678.9 + " " + 1.0E22 + " " + 2e23);
        say(Double.parseDouble("3.25") + " " + Double.parseDouble("-1e-5") + " " + Float.parseFloat("0.1"));
        say(Double.valueOf("NaN").equals(Double.NaN) + " " + (DOUBLES[17] == DOUBLES[17]) + " "
                + Double.valueOf(0.0).equals(-0.0));
    }

    private static void conversions() {
        for (double a : DOUBLES) {
            say((int) a + " " + (long) a + " " + (short) a + " " + (byte) a + " " + (int) (char) a + " " + (int) (float) a
                    + " " + (long) (float) a);
        }
        for (long a : LONGS) {
            say((float) a + " " + (double) a + " " + (float) (int) a);
        }
    }

    private static void characters() {
        StringBuilder text = new StringBuilder();
        for (char c = 0; c < 128; c++) {
            text.append(Character.isLetter(c) ? 'L' : Character.isDigit(c) ? 'D' : Character.isWhitespace(c) ? 'W' : '.');
        }
        say(text);
        say(Character.toUpperCase('q') + "" + Character.toLowerCase('Q') + Character.getNumericValue('7') + Character.digit('f', 16));
        say((int) 'A' + 'B' + " " + (char) ('A' + 2));
    }

    private static void strings() {
        String s = "Hello, Metal";
        say(s.length() + " " + s.charAt(4) + " " + s.indexOf("Me") + " " + s.indexOf('z') + " " + s.lastIndexOf('l'));
        say(s.substring(7) + " " + s.substring(0, 5) + " " + s.toUpperCase() + " " + s.toLowerCase() + " " + s.hashCode());
        say(s.replace('l', 'L') + " " + s.replace("Metal", "World") + " " + s.contains("lo,") + " " + s.startsWith("Hell")
                + " " + s.endsWith("x") + " " + s.equals("Hello, " + "Metal") + " " + s.equalsIgnoreCase("HELLO, METAL"));
        say("  trim me ".trim() + "|" + " strip ".strip() + "|" + "ab".repeat(3) + "|" + "".isEmpty() + "|" + " ".isBlank());
        say("b".compareTo("abc") + " " + "abc".compareTo("abd") + " " + "ab".compareTo("abc"));
        say(Arrays.toString("a,b,,c,,".split(",")) + " " + String.join("-", List.of("x", "y", "z")));
        say(String.valueOf(new char[] {'o', 'k'}) + String.valueOf(true) + String.valueOf(3) + String.valueOf('c') + null);
        say(Arrays.toString("h\u00e9llo".toCharArray()).length() + " " + "h\u00e9".charAt(1) % 256 + " " + "\ud83d\ude00".codePointAt(0));
        String built = "";
        for (int i = 0; i < 5; i++) {
            built += i + ",";
        }
        say(built);
        say(Integer.parseInt("-123") + Integer.parseInt("7f", 16) + Long.parseLong("9999999999"));
        try {
            Integer.parseInt("12x");
        } catch (NumberFormatException e) {
            say("not a number");
        }
        try {
            "abc".charAt(INTS[4]);
            say("BAD");
        } catch (IndexOutOfBoundsException e) {
            say("no such character");
        }
        say("intern " + ("He" + "llo").equals("Hello") + " " + new String("q").intern().equals("q"));
        say("""
            text
              block""");
        char[] chars = s.toCharArray();
        Arrays.sort(chars);
        say(new String(chars));
    }

    private static void builders() {
        StringBuilder b = new StringBuilder("abc");
        b.append(1).append('x').append(2.5).append(true).append(10L).append((Object) null).append(1.5f);
        b.insert(0, "<").insert(2, 42).reverse();
        say(b + " " + b.length() + " " + b.indexOf("cb"));
        b.setLength(4);
        b.setCharAt(0, '#');
        b.deleteCharAt(1).delete(0, 1).replace(0, 1, "ZZ");
        say(b);
        say(new StringBuilder().append(Integer.MIN_VALUE).append(' ').append(Long.MIN_VALUE).append(' ').append(Double.MAX_VALUE));
    }

    private static void arrays() {
        int[] a = {5, 3, 9, -1, 7};
        int[] copy = a.clone();
        Arrays.sort(copy);
        say(Arrays.toString(a) + Arrays.toString(copy) + Arrays.binarySearch(copy, 7) + Arrays.equals(a, copy) + Arrays.hashCode(a));
        int[][] grid = new int[3][4];
        grid[1][2] = 6;
        grid[2] = new int[] {1};
        say(Arrays.deepToString(grid) + grid[0].length + grid.length);
        long[][][] cube = new long[2][2][];
        say(cube[1][1] == null);
        Object[] objects = new String[2];
        try {
            objects[0] = 1;
            say("stored");
        } catch (ArrayStoreException e) {
            say("array store");
        }
        try {
            a[INTS[4]]++;
        } catch (ArrayIndexOutOfBoundsException e) {
            say("out of bounds");
        }
        try {
            a[INTS[2]] = 1;
        } catch (ArrayIndexOutOfBoundsException e) {
            say("below bounds");
        }
        try {
            int[] negative = new int[INTS[2]];
            say(negative.length);
        } catch (NegativeArraySizeException e) {
            say("negative size");
        }
        System.arraycopy(a, 0, a, 1, 4);
        say(Arrays.toString(a));
        System.arraycopy(a, 1, a, 0, 4);
        say(Arrays.toString(a));
        try {
            System.arraycopy(a, 3, copy, 0, 4);
        } catch (IndexOutOfBoundsException e) {
            say("copy out of bounds");
        }
        byte[] bytes = new byte[300];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        say(bytes[200] + " " + (bytes[200] & 0xFF) + " " + Arrays.hashCode(Arrays.copyOfRange(bytes, 100, 310)));
        boolean[] flags = new boolean[3];
        flags[1] ^= true;
        say(Arrays.toString(flags));
        double[] filled = new double[3];
        Arrays.fill(filled, 2.5);
        say(Arrays.toString(filled) + Arrays.asList(1, 2, 3));
        Integer[] boxed = {3, 1, 2};
        Arrays.sort(boxed, Collections.reverseOrder());
        say(Arrays.toString(boxed));
        say(new int[0].getClass() == new int[1].getClass());
    }

    private static class Trouble extends Exception {
        private static final long serialVersionUID = 1;
        final int code;

        Trouble(int code, Throwable cause) {
            super("trouble " + code, cause);
            this.code = code;
        }
    }

    private static int dig(int depth) throws Trouble {
        if (depth == 0) {
            throw new Trouble(7, new IllegalStateException("deep"));
        }
        try {
            return dig(depth - 1) + 1;
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }

    private static Object nothing() {
        return line < 0 ? "x" : null;
    }

    private static final class Resource implements AutoCloseable {
        private final String name;

        Resource(String name) {
            this.name = name;
            say("open " + name);
        }

        @Override
        public void close() {
            say("close " + name);
            if (name.equals("second")) {
                throw new IllegalStateException("on close");
            }
        }
    }

    private static void exceptions() {
        try {
            say(dig(20));
        } catch (Trouble e) {
            say(e.getMessage() + e.code + e.getCause().getMessage() + (e.getCause() instanceof RuntimeException));
        }
        try {
            say(nothing().hashCode());
        } catch (NullPointerException e) {
            say("null");
        }
        try {
            String s = (String) (Object) Integer.valueOf(line);
            say(s);
        } catch (ClassCastException e) {
            say("cast");
        }
        try (Resource first = new Resource("first");
                Resource second = new Resource("second")) {
            say(first.name + second.name);
            throw new RuntimeException("body");
        } catch (RuntimeException e) {
            say(e.getMessage() + " " + e.getSuppressed().length + " " + e.getSuppressed()[0].getMessage());
        }
        try {
            throw new Error("an error");
        } catch (RuntimeException e) {
            say("BAD");
        } catch (Error e) {
            say(e);
        }
        try {
            Objects.requireNonNull(nothing(), "needed");
        } catch (NullPointerException e) {
            say(e.getMessage());
        }
        try {
            try {
                throw new IllegalArgumentException("inner");
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException("outer", e);
            }
        } catch (IllegalStateException e) {
            say(e + " " + e.getCause());
        }
        int caught = 0;
        for (int i = 0; i < 1000; i++) {
            try {
                if (i % 3 == 0) {
                    throw new Trouble(i, null);
                }
                caught += INTS[i % 20];
            } catch (Trouble e) {
                caught += e.code;
            } catch (ArrayIndexOutOfBoundsException e) {
                caught--;
            }
        }
        say(caught);
    }

    @SuppressWarnings("finally")
    private static int returnsTwice(int x) {
        try {
            if (x == 0) {
                throw new RuntimeException();
            }
            return x;
        } catch (RuntimeException e) {
            return -1;
        } finally {
            if (x == 2) {
                return 99;
            }
        }
    }

    private static void finallyBlocks() {
        say(returnsTwice(0) + " " + returnsTwice(1) + " " + returnsTwice(2));
        StringBuilder order = new StringBuilder();
        outer:
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                try {
                    if (j == 1) {
                        continue outer;
                    }
                    if (i == 2) {
                        break outer;
                    }
                    order.append(i).append(j).append(' ');
                } finally {
                    order.append('f');
                }
            }
        }
        say(order);
        int value = 1;
        try {
            value = 2;
        } finally {
            value += 10;
        }
        say(value);
    }

    private interface Shape {
        double area();

        default String describe() {
            return name() + " of " + area();
        }

        String name();

        static Shape unit() {
            return new Square(1);
        }
    }

    private abstract static class Named implements Shape {
        private final String name;
        protected int uses;

        Named(String name) {
            this.name = name;
            prepare();
        }

        void prepare() {
            uses = 1;
        }

        @Override
        public String name() {
            return name + uses;
        }
    }

    private static class Square extends Named {
        private final double side;
        private int prepared = 5;

        Square(double side) {
            super("square");
            this.side = side;
        }

        @Override
        void prepare() {
            super.prepare();
            prepared++;
            uses += prepared;
        }

        @Override
        public double area() {
            return side * side;
        }
    }

    private final class Counter {
        private int count;

        int next() {
            return ++count + outerField;
        }
    }

    private int outerField = 100;

    private static void classes() {
        Shape square = new Square(3);
        say(square.describe() + " " + Shape.unit().describe() + " " + ((Square) square).prepared);
        Shape anonymous =
                new Shape() {
                    @Override
                    public double area() {
                        return square.area() * 2;
                    }

                    @Override
                    public String name() {
                        return "anonymous";
                    }
                };
        say(anonymous.describe() + " " + (anonymous instanceof Named) + " " + (square instanceof Named));
        Differential outer = new Differential();
        Counter counter = outer.new Counter();
        counter.next();
        outer.outerField = 1000;
        say(counter.next());
        class Local {
            int twice(int x) {
                return x * 2 + INTS.length;
            }
        }
        say(new Local().twice(4));
        say(square.getClass() == Square.class);
        Object o = new Object();
        say(o.equals(o) + " " + o.equals(null) + " " + (o.hashCode() == o.hashCode()));
        say(varargs() + varargs(1) + varargs(1, 2, 3));
        say(overload(1) + overload(1L) + overload('c') + overload("s") + overload((Object) "o") + overload((short) 1));
    }

    private static int varargs(int... values) {
        return values.length;
    }

    private static String overload(int x) {
        return "int ";
    }

    private static String overload(long x) {
        return "long ";
    }

    private static String overload(Object x) {
        return "object ";
    }

    private static String overload(String x) {
        return "string ";
    }

    private record Point(int x, int y) implements Comparable<Point> {
        static int made;

        Point {
            if (x < 0) {
                throw new IllegalArgumentException("negative x");
            }
            made++;
        }

        double length() {
            return Math.sqrt(x * x + y * y);
        }

        @Override
        public int compareTo(Point other) {
            return Integer.compare(x + y, other.x + other.y);
        }
    }

    private record Pair<A, B>(A first, B second) {}

    private static void records() {
        Point p = new Point(3, 4);
        say(p + " " + p.length() + " " + p.equals(new Point(3, 4)) + " " + p.equals(new Point(4, 3)) + " " + p.hashCode());
        try {
            say(new Point(-1, 0));
        } catch (IllegalArgumentException e) {
            say(e.getMessage() + Point.made);
        }
        say(new Pair<>("a", List.of(1, 2)) + " " + new Pair<>(null, 2.5).equals(new Pair<>(null, 2.5)));
    }

    private sealed interface Expr {}

    private record Num(int value) implements Expr {}

    private record Add(Expr left, Expr right) implements Expr {}

    private record Mul(Expr left, Expr right) implements Expr {}

    private record Neg(Expr of) implements Expr {}

    private static int eval(Expr e) {
        return switch (e) {
            case Num(int value) -> value;
            case Add(Num(int a), Num(int b)) when a == b -> 2 * a;
            case Add(Expr a, Expr b) -> eval(a) + eval(b);
            case Mul(Expr a, Expr b) -> eval(a) * eval(b);
            case Neg n -> -eval(n.of());
        };
    }

    private static String kind(Object o) {
        return switch (o) {
            case null -> "null";
            case Integer i when i > 10 -> "big " + i;
            case Integer i -> "int " + i;
            case String s -> "string " + s.length();
            case int[] a -> "ints " + a.length;
            case Mode m -> "mode " + m;
            case List<?> l -> "list " + l.size();
            default -> "other";
        };
    }

    private static void patterns() {
        say(eval(new Add(new Mul(new Num(3), new Num(4)), new Neg(new Num(5)))) + " " + eval(new Add(new Num(4), new Num(4))));
        for (Object o : new Object[] {null, 5, 50, "abc", new int[3], Mode.FAST, List.of(1), 2.5}) {
            say(kind(o));
        }
        Object o = line;
        if (o instanceof Integer i && i > 0) {
            say("positive");
        }
        if (!(o instanceof String s)) {
            say("no string");
        } else {
            say(s);
        }
    }

    private enum Mode {
        SLOW("s") {
            @Override
            int speed() {
                return 1;
            }
        },
        FAST("f") {
            @Override
            int speed() {
                return 100;
            }
        },
        OFF("o");

        private final String letter;

        Mode(String letter) {
            this.letter = letter;
        }

        int speed() {
            return 0;
        }
    }

    private static void switches() {
        for (Mode mode : Mode.values()) {
            int n =
                    switch (mode) {
                        case SLOW -> 1;
                        case FAST -> {
                            int t = mode.ordinal();
                            yield t * 10;
                        }
                        case OFF -> 0;
                    };
            say(mode + mode.letter + mode.speed() + n + mode.name() + mode.compareTo(Mode.FAST));
        }
        say(Mode.valueOf("FAST"));
        try {
            Mode.valueOf("NONE");
        } catch (IllegalArgumentException e) {
            say("no such mode");
        }
        for (String word : new String[] {"alpha", "beta", "Aa", "BB", "none"}) {
            switch (word) {
                case "alpha":
                    say("first");
                // falls through
                case "beta":
                    say("second");
                    break;
                case "Aa":
                    say("collision one");
                    break;
                case "BB":
                    say("collision two");
                    break;
                default:
                    say("default");
            }
        }
        int sum = 0;
        for (int i = -2; i < 40; i++) {
            sum += switch (i) {
                case -1 -> 1000;
                case 0, 1, 2 -> i;
                case 30 -> 7;
                default -> i % 4 == 0 ? 100 : 1;
            };
        }
        say(sum);
        EnumMap<Mode, Integer> byMode = new EnumMap<>(Mode.class);
        byMode.put(Mode.OFF, 3);
        byMode.put(Mode.SLOW, 1);
        say(byMode);
    }

    private static <T> T twice(Supplier<T> supplier, BiFunction<T, T, T> join) {
        return join.apply(supplier.get(), supplier.get());
    }

    private static void lambdas() {
        int[] calls = {0};
        Supplier<String> counting = () -> "call" + ++calls[0];
        say(twice(counting, (a, b) -> a + "+" + b) + calls[0]);
        Function<Integer, Integer> plus = x -> x + 1;
        say(plus.andThen(x -> x * 10).compose((Integer x) -> x - 5).apply(7));
        IntBinaryOperator max = Math::max;
        Function<String, Integer> length = String::length;
        Supplier<List<String>> make = ArrayList::new;
        Function<Integer, int[]> array = int[]::new;
        say(max.applyAsInt(3, 8) + length.apply("four") + make.get().size() + array.apply(6).length);
        Runnable[] runs = new Runnable[3];
        for (int i = 0; i < 3; i++) {
            int n = i;
            runs[i] = () -> say("run " + n);
        }
        for (Runnable run : runs) {
            run.run();
        }
        Optional<String> some = Optional.of("v");
        say(some.map(v -> v + v).orElse("none") + Optional.empty().isPresent() + Optional.<String>empty().orElseGet(() -> "got"));
    }

    private static <T extends Comparable<T>> T largest(Iterable<T> values) {
        Iterator<T> i = values.iterator();
        T best = i.next();
        while (i.hasNext()) {
            T next = i.next();
            best = next.compareTo(best) > 0 ? next : best;
        }
        return best;
    }

    private static final class Chain<T> implements Iterable<T> {
        private Node<T> head;

        private record Node<T>(T value, Node<T> next) {}

        void push(T value) {
            head = new Node<>(value, head);
        }

        @Override
        public Iterator<T> iterator() {
            return new Iterator<>() {
                private Node<T> at = head;

                @Override
                public boolean hasNext() {
                    return at != null;
                }

                @Override
                public T next() {
                    if (at == null) {
                        throw new NoSuchElementException();
                    }
                    T value = at.value();
                    at = at.next();
                    return value;
                }
            };
        }
    }

    private static void generics() {
        Chain<String> chain = new Chain<>();
        for (String s : "the quick brown fox".split(" ")) {
            chain.push(s);
        }
        StringBuilder all = new StringBuilder();
        for (String s : chain) {
            all.append(s).append('/');
        }
        say(all + largest(chain));
        say(largest(List.of(new Point(1, 2), new Point(5, 5), new Point(0, 9))));
    }

    private static void boxing() {
        Integer a = 127;
        Integer b = 127;
        Integer c = 1000;
        Integer d = 1000;
        say((a == b) + " " + c.equals(d) + " " + (c.intValue() == d) + " " + c.equals(1000L));
        Long l = 5L;
        l++;
        say(l + l.hashCode() + Boolean.valueOf(true).hashCode() + Character.valueOf('x').compareTo('y'));
        Object mixed = true ? 1 : "x";
        Object promoted = line > 0 ? 1 : 2.0;
        say(mixed + " " + promoted);
        try {
            Integer missing = (Integer) nothing();
            int value = missing;
            say(value);
        } catch (NullPointerException e) {
            say("unboxed null");
        }
        say(Byte.valueOf((byte) 200) + " " + Short.MAX_VALUE + " " + Integer.MAX_VALUE + Float.MAX_VALUE + " " + Byte.MIN_VALUE);
        say(Double.hashCode(1.5) + " " + Float.hashCode(1.5f) + " " + Boolean.hashCode(false) + " " + "x".hashCode());
    }

    private static void lists() {
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            list.add(i * 7 % 20);
        }
        list.remove(3);
        list.remove(Integer.valueOf(19));
        list.add(2, 99);
        say(list + " " + list.indexOf(99) + " " + list.contains(4) + " " + list.size());
        Collections.sort(list);
        say(list);
        list.sort(Comparator.comparing((Integer x) -> x % 5).thenComparing(Comparator.reverseOrder()));
        say(list);
        list.removeIf(x -> x % 2 == 0);
        list.replaceAll(x -> x + 1);
        say(list + " " + list.subList(2, 5) + list.hashCode());
        Collections.reverse(list);
        Collections.swap(list, 0, 1);
        say(list + " " + Collections.max(list) + Collections.min(list));
        try {
            for (Integer x : list) {
                if (x > 3) {
                    list.remove(x);
                }
            }
        } catch (java.util.ConcurrentModificationException e) {
            say("modified");
        }
        try {
            List.of(1, 2).add(3);
        } catch (UnsupportedOperationException e) {
            say("immutable");
        }
        try {
            list.get(1000);
        } catch (IndexOutOfBoundsException e) {
            say("no such element");
        }
        List<String> words = new ArrayList<>(List.of("pear", "fig", "apple", "kiwi", "date", "lime"));
        words.sort(Comparator.comparing(String::length));
        say(words); // a stable sort
        words.sort(null);
        say(words + " " + words.equals(List.of("apple", "date", "fig", "kiwi", "lime", "pear")));
        long seed = 42;
        List<Long> many = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            seed = seed * 6364136223846793005L + 1442695040888963407L;
            many.add(seed >>> 40);
        }
        Collections.sort(many);
        long check = 0;
        for (long x : many) {
            check = check * 31 + x;
        }
        say(check);
    }

    private static void maps() {
        Map<String, Integer> map = new HashMap<>();
        for (String s : "to be or not to be that is the question whether tis nobler in the mind".split(" ")) {
            Integer before = map.get(s); // HashMap.merge grows the table late, which TeaVM's does not
            map.put(s, before == null ? 1 : before + 1);
        }
        say(map); // the order of iteration is that of the hash table
        say(map.keySet() + " " + map.values() + map.size() + map.get("to") + map.get("none") + map.getOrDefault("x", -1));
        map.remove("be");
        map.putIfAbsent("be", 50);
        map.put("new", new TreeMap<>(map).computeIfAbsent("new", String::length));
        map.computeIfPresent("the", (k, v) -> v * 100);
        map.compute("is", (k, v) -> null);
        say(map + " " + map.containsKey("is") + map.containsValue(50));
        Map<Integer, String> numbers = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            numbers.put(i * 37 % 1009, "v" + i);
        }
        say(numbers.keySet());
        Map<Point, Integer> points = new HashMap<>();
        for (int i = 0; i < 30; i++) {
            points.put(new Point(i % 5, i / 5), i);
        }
        say(points.get(new Point(2, 3)) + " " + points.size());
        LinkedHashMap<String, Integer> linked = new LinkedHashMap<>();
        linked.put("z", 1);
        linked.put("a", 2);
        linked.put("z", 3);
        say(linked + " " + linked.entrySet().iterator().next().getKey());
        TreeMap<String, Integer> tree = new TreeMap<>(map);
        say(tree + " " + tree.firstKey() + tree.headMap("n") + tree.ceilingKey("p") + tree.descendingMap().firstKey());
        say(Map.of("one", 1) + " " + Map.entry("k", 2));
        for (Map.Entry<String, Integer> e : tree.entrySet()) {
            e.setValue(e.getValue() + 1);
        }
        say(tree.pollFirstEntry() + " " + tree.equals(new HashMap<>(tree)) + " " + tree.hashCode());
    }

    private static void otherCollections() {
        say(new HashSet<>(List.of("red", "green", "blue", "cyan", "magenta", "yellow", "black")));
        ArrayDeque<Integer> deque = new ArrayDeque<>();
        for (int i = 0; i < 40; i++) {
            deque.addLast(i);
            if (i % 3 == 0) {
                deque.addFirst(deque.removeLast());
            }
        }
        deque.poll();
        say(deque + " " + deque.peekFirst() + deque.pollLast());
        PriorityQueue<Integer> queue = new PriorityQueue<>(Comparator.reverseOrder());
        for (int i = 0; i < 20; i++) {
            queue.add(i * 13 % 20);
        }
        StringBuilder order = new StringBuilder();
        while (!queue.isEmpty()) {
            order.append(queue.remove()).append(' ');
        }
        say(order);
        BitSet bits = new BitSet();
        bits.set(3);
        bits.set(70, 75);
        bits.flip(72);
        say(bits + " " + bits.cardinality() + bits.nextClearBit(70));
        say(Collections.nCopies(3, "x") + "" + Collections.emptyList() + Collections.unmodifiableList(new ArrayList<>(List.of(1))));
        Iterator<String> i = new HashSet<>(List.of("only")).iterator();
        i.next();
        try {
            i.next();
        } catch (NoSuchElementException e) {
            say("no more");
        }
    }

    private static final class Lazy {
        static int loaded = announce("Lazy");
        static final int CONSTANT = 5;

        static int get() {
            return loaded;
        }
    }

    private static class Base {
        static int base = announce("Base");
    }

    private static final class Derived extends Base {
        static int derived = announce("Derived");
    }

    private static int announce(String who) {
        say("initialise " + who);
        return who.length();
    }

    private static volatile int shared;

    private static void initialisation() {
        say("before " + Lazy.CONSTANT);
        say(Lazy.get());
        say(Derived.base);
        say(Derived.derived);
        shared = 3;
        shared++;
        say(shared);
        synchronized (INTS) {
            say("locked");
        }
    }

    private static Object[] kept = new Object[64];

    private static void collector() {
        int sum = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] garbage = new byte[64 + (i & 255)];
            garbage[i & 63] = (byte) i;
            sum += garbage[i & 63];
            if (i % 1000 == 0) {
                kept[i / 1000 & 63] = new Object[] {garbage, "kept" + i, i};
            }
        }
        say(sum);
        long check = 0;
        for (Object o : kept) {
            Object[] entry = (Object[]) o;
            check = check * 31 + ((byte[]) entry[0]).length + entry[1].hashCode() + (Integer) entry[2];
        }
        say(check);
        List<Object> chain = null;
        for (int i = 0; i < 20_000; i++) {
            List<Object> next = new ArrayList<>(2);
            next.add(chain);
            next.add(i);
            chain = next;
        }
        int length = 0;
        long total = 0;
        for (List<?> at = chain; at != null; at = (List<?>) at.get(0)) {
            length++;
            total += (Integer) at.get(1);
        }
        say(length + " " + total);
        Map<Integer, String> churn = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            churn.put(i % 997, "value " + i);
            if (i % 3 == 0) {
                churn.remove(i % 499);
            }
        }
        long hash = 0;
        for (Map.Entry<Integer, String> e : churn.entrySet()) {
            hash = hash * 31 + e.getKey() * 7L + e.getValue().hashCode();
        }
        say(churn.size() + " " + hash);
    }
}
