package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.PageEntry;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Loads and stores through random paging structures do the same in both tiers. */
class TlbRefillTest {
    private static final int ROUNDS = Integer.getInteger("lungo.programs", 1500);

    // Guest-physical.
    private static final long TABLES = 0x18_0000;
    private static final long PML5 = TABLES;
    private static final long PML4 = TABLES + 0x1000;
    private static final long PDPT = TABLES + 0x2000;
    private static final long DIRECTORY = TABLES + 0x3000;
    private static final long TABLE = TABLES + 0x4000;
    private static final long DATA = 0x14_0000;

    private static final int PAGES = 8;
    private static final long LINEAR = 1L << 39;
    private static final long LARGE = LINEAR + (1 << 21);
    private static final long HUGE = LINEAR + (1 << 30);
    private static final int ACCESSES = 6;
    private static final int TURNS = 12;
    private static final int SCALE = 8;

    private final StringBuilder code = new StringBuilder();

    @Test
    void asTheInterpretersWalksDo() {
        try (Rig interpreted = Rig.inBlocks();
                Rig translated = Rig.inBlocks(Rig.Tier.NATIVE)) {
            long byCode = 0;
            for (int seed = 0; seed < ROUNDS; seed++) {
                byte[] program = program(new Random(seed));
                String expected = run(interpreted, program, seed);
                String actual = run(translated, program, seed);
                assertThat(TiersAgreeTest.differences(expected, actual))
                        .as("seed %d: %s", seed, code)
                        .isEmpty();
                byCode = Raw.getLong(translated.cpu.state + State.WALKS);
            }
            assertThat(byCode).as("walks by translated code").isGreaterThan(ROUNDS / 2);
        }
    }

    private static String run(Rig rig, byte[] program, int seed) {
        rig.cpu.code.clear();
        rig.cpu.reset();
        TiersAgreeTest.prepare(rig, program, seed);
        Random random = new Random(seed);
        boolean user = random.nextInt(3) == 0;
        rig.longMode(user ? 3 : 0).handlers();
        structures(rig, random);
        controls(rig, random);
        for (int i = 0; i < 16; i++) {
            rig.put64(DATA + 0x1000L * i, i);
        }
        rig.register(Rig.RCX, TURNS);
        rig.run();
        return TiersAgreeTest.state(rig);
    }

    private static void controls(Rig rig, Random random) {
        var system = rig.cpu.system;
        system.cr4 |= maybe(random, Cr4.PGE) | maybe(random, Cr4.PKE);
        if (random.nextBoolean()) {
            system.cr4 |= Cr4.LA57;
            system.cr3 = PML5;
        } else {
            system.cr3 = PML4;
        }
        if (random.nextInt(4) == 0) {
            system.cr0 &= ~Cr0.WP;
        }
        system.efer |= maybe(random, Efer.NXE);
        system.pkru = random.nextInt(3) == 0 ? random.nextInt() : 0x5555_5554;
        rig.cpu.mmu.flush(false);
        rig.cpu.updateMode();
    }

    private static long maybe(Random random, long bit) {
        return random.nextInt(4) == 0 ? 0 : bit;
    }

    /** What is at LINEAR and behind; what is low is mapped as before. */
    private static void structures(Rig rig, Random random) {
        rig.put64(PML5, PML4 | 0x27);
        rig.put64(PML4, rig.get64(rig.cpu.system.cr3));
        rig.put64(PML4 + 8, entry(random, PDPT));
        rig.put64(PDPT, entry(random, DIRECTORY));
        rig.put64(PDPT + 8, entry(random, PageEntry.PS));
        rig.put64(DIRECTORY, entry(random, TABLE));
        rig.put64(DIRECTORY + 8, entry(random, PageEntry.PS));
        for (int i = 0; i < PAGES; i++) {
            long page = random.nextInt(20) == 0 ? 0x7000_0000 : DATA + 0x1000L * random.nextInt(8);
            rig.put64(TABLE + 8L * i, entry(random, page));
        }
    }

    /** Mostly one that lets everything pass. */
    private static long entry(Random random, long address) {
        long entry = address | PageEntry.P | PageEntry.RW | PageEntry.US | PageEntry.A;
        entry |= PageEntry.D | maybe(random, PageEntry.G);
        return switch (random.nextInt(80)) {
            case 0 -> entry ^ PageEntry.P;
            case 1 -> entry ^ PageEntry.RW;
            case 2 -> entry ^ PageEntry.US;
            case 3, 4 -> entry ^ PageEntry.A;
            case 5, 6 -> entry ^ PageEntry.D;
            case 7 -> entry | PageEntry.XD;
            case 8 -> entry | 1L << 51;
            case 9 -> entry | (long) random.nextInt(16) << PageEntry.PROTECTION_KEY_SHIFT;
            case 10 -> entry | 1 << 13;
            case 11 -> entry ^ PageEntry.PS;
            default -> entry;
        };
    }

    // The program: each access through a register of its own, again and again.

    private byte[] program(Random random) {
        code.setLength(0);
        byte[] bytes = new byte[512];
        int at = 0;
        for (int i = 0; i < ACCESSES; i++) {
            at = put(bytes, at, 0x49, 0xB8 + i); // mov r8+i, imm64
            long address = address(random);
            for (int k = 0; k < SCALE; k++) {
                bytes[at++] = (byte) (address >> 8 * k);
            }
            code.append("%x ".formatted(address));
        }
        int loop = at;
        for (int i = 0; i < ACCESSES; i++) {
            boolean store = random.nextInt(3) == 0;
            int opcode = store ? 0x89 : 0x8B;
            code.append(store ? "store " : "load ");
            if (i == 4) { // r12 wants a SIB byte
                at = put(bytes, at, 0x49, opcode, 0x04, 0x24);
            } else if (i == 5) { // r13 a displacement
                at = put(bytes, at, 0x49, opcode, 0x45, 0);
            } else {
                at = put(bytes, at, 0x49, opcode, i); // mov rax, [r8+i], or back
            }
        }
        at = put(bytes, at, 0xFF, 0xC9); // dec ecx
        at = put(bytes, at, 0x75, loop - (at + 2)); // jnz
        put(bytes, at, 0x0F, 0x0B); // ud2
        return bytes;
    }

    private static int put(byte[] bytes, int at, int... values) {
        int next = at;
        for (int each : values) {
            bytes[next++] = (byte) each;
        }
        return next;
    }

    private static long address(Random random) {
        long offset = random.nextInt(12) == 0 ? 0xFFC : 8L * random.nextInt(500);
        return offset
                + switch (random.nextInt(6)) {
                    case 0 -> LARGE + DATA + 0x1000L * random.nextInt(8);
                    case 1 -> HUGE + DATA + 0x1000L * random.nextInt(8);
                    default -> LINEAR + 0x1000L * random.nextInt(PAGES);
                };
    }
}
