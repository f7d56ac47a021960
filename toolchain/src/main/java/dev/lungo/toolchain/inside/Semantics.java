package dev.lungo.toolchain.inside;

/**
 * The meaning of Java's operators where C has another or none; calls to this are put in their
 * place. Compiled into every image, and itself left as it is.
 *
 * <p>JVMS 25, "Instructions" (§6.5): idiv, irem, ldiv, lrem, f2i, f2l, d2i, d2l.
 */
public final class Semantics {
    private Semantics() {}

    public static int idiv(int a, int b) {
        if (b == 0) {
            throw zero();
        }
        return b == -1 ? -a : a / b;
    }

    public static int irem(int a, int b) {
        if (b == 0) {
            throw zero();
        }
        return b == -1 ? 0 : a % b;
    }

    public static long ldiv(long a, long b) {
        if (b == 0) {
            throw zero();
        }
        return b == -1 ? -a : a / b;
    }

    public static long lrem(long a, long b) {
        if (b == 0) {
            throw zero();
        }
        return b == -1 ? 0 : a % b;
    }

    public static int idivOnExit(int a, int b) {
        if (b == 0) {
            divisionFault();
        }
        return b == -1 ? -a : a / b;
    }

    public static int iremOnExit(int a, int b) {
        if (b == 0) {
            divisionFault();
        }
        return b == -1 ? 0 : a % b;
    }

    public static long ldivOnExit(long a, long b) {
        if (b == 0) {
            divisionFault();
        }
        return b == -1 ? -a : a / b;
    }

    public static long lremOnExit(long a, long b) {
        if (b == 0) {
            divisionFault();
        }
        return b == -1 ? 0 : a % b;
    }

    private static ArithmeticException zero() {
        return new ArithmeticException("/ by zero");
    }

    public static int d2i(double x) {
        if (x >= 0x1p31) {
            return Integer.MAX_VALUE;
        }
        return x > -0x1p31 ? (int) x : x <= -0x1p31 ? Integer.MIN_VALUE : 0;
    }

    public static long d2l(double x) {
        if (x >= 0x1p63) {
            return Long.MAX_VALUE;
        }
        return x > -0x1p63 ? (long) x : x <= -0x1p63 ? Long.MIN_VALUE : 0;
    }

    public static int f2i(float x) {
        return d2i(x);
    }

    public static long f2l(float x) {
        return d2l(x);
    }

    public static double rint(double x) {
        double whole = Math.copySign(0x1p52, x); // has no bits for fractions
        return Math.abs(x) < 0x1p52 ? Math.copySign(x + whole - whole, x) : x;
    }

    public static long round(double x) {
        double floor = Math.floor(x);
        return d2l(x - floor >= 0.5 ? floor + 1 : floor);
    }

    public static int round(float x) {
        double floor = Math.floor(x);
        return d2i(x - floor >= 0.5 ? floor + 1 : floor);
    }

    /** A hash code as java.util.HashMap uses it. */
    public static int spread(int hash) {
        return hash ^ hash >>> 16;
    }

    /** The capacity of a HashMap made of a map of this size. */
    public static int mapCapacity(int size) {
        return size == 0 ? 0 : (int) (size / 0.75f + 1.0f);
    }

    /** The capacity of a HashSet made of a collection of this size. */
    public static int setCapacity(int size) {
        return Math.max((int) (size / 0.75f) + 1, 16);
    }

    public static int size(int elements) {
        if (elements < 0) {
            throw new NegativeArraySizeException(Integer.toString(elements));
        }
        return elements;
    }

    public static void checkStore(Object[] array, Object value) {
        if (!mayStore(array, value)) {
            throw new ArrayStoreException();
        }
    }

    /** Whether the value is null, or of the type of the array's elements, or there is no array. */
    private static native boolean mayStore(Object[] array, Object value);

    /** Keeps the compiler from moving memory accesses from one side to the other. */
    public static native void barrier();

    /** Keeps the processor from letting a load overtake the stores before this. */
    public static native void fence();

    /** Stops the machine with a message if the stack is nearly used up. */
    public static native void checkStack();

    /** Stops the machine: the exit path cannot throw. */
    private static native void divisionFault();

    /** Stops the machine: a switch on the exit path has met a value that it does not know. */
    public static native void noCase();

    /** Stops the machine unless this is on main's stack: nobody catches on the exit path. */
    public static native void raising();

    /** False, but the compiler does not know: what it guards is not called, and yet compiled. */
    public static native boolean never();
}
