package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Pending;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * An instruction that ends on the next page is translated, and what it is is looked at each time.
 */
class CrossingTest {
    private static final long NEXT = 0x4000;
    private static final long OTHER = 0x6000;

    // Where Rig has them.
    private static final long DIRECTORY = 0x20000 + 0x2000;
    private static final long TABLE = 0x18_0000;

    /** A loop of 20 turns, of which {@code on} bytes of the first instruction are on its page. */
    private static void load(Rig rig, int on) {
        rig.cpu.code.clear();
        rig.cpu.reset();
        rig.longMode(0).handlers();
        put(rig, NEXT - on, 0x48, 0x81, 0xC0, 1, 2, 3, 4); // add rax, 4030201h
        put(rig, NEXT - on + 7, 0xFF, 0xC9, 0x75, 0xF5, 0xF4); // dec ecx, jnz, hlt
        rig.register(Rig.RAX, 0);
        begin(rig, on);
    }

    /** Maps the same by pages of 4 KiB. */
    private static void useSmallPages(Rig rig) {
        for (int i = 0; i < 512; i++) {
            rig.put64(TABLE + 8L * i, 0x1000L * i | 0x63);
        }
        rig.put64(DIRECTORY, TABLE | 0x63);
    }

    private static void begin(Rig rig, int on) {
        rig.cpu.lower(Pending.ASLEEP);
        rig.register(Rig.RCX, 20);
        rig.cpu.setRip(NEXT - on);
        rig.cpu.resume();
    }

    private static void put(Rig rig, long at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            rig.bytes(at + i, bytes[i]);
        }
    }

    @Test
    void isTranslatedWhereverItIsCut() {
        for (int on = 1; on < 7; on++) {
            try (Rig rig = Rig.inBlocks(Rig.Tier.NATIVE)) {
                load(rig, on);

                rig.run();

                assertThat(rig.register(Rig.RAX)).isEqualTo(20 * 0x403_0201L);
                assertThat(rig.translator().units()).anyMatch(each -> each.crosses);
            }
        }
    }

    @Test
    void isAnotherOnceItsEndIsWrittenTo() {
        try (Rig rig = Rig.inBlocks(Rig.Tier.NATIVE)) {
            Random random = new Random(1);
            load(rig, 3);
            long expected = 0;
            int value = 0x403_0201;
            for (int i = 0; i < 50; i++) {
                rig.run();
                expected += 20L * value;
                assertThat(rig.register(Rig.RAX)).isEqualTo(expected);
                value = random.nextInt();
                rig.put32(NEXT, value);
                begin(rig, 3);
            }
        }
    }

    @Test
    void isAnotherOnceItsEndIsElsewhere() {
        try (Rig rig = Rig.inBlocks(Rig.Tier.NATIVE)) {
            load(rig, 5);
            useSmallPages(rig);
            put(rig, OTHER, 5, 6); // what follows 48 81 C0 01 02
            put(rig, OTHER + 2, 0xFF, 0xC9, 0x75, 0xF5, 0xF4);
            rig.cpu.mmu.flush(false);
            rig.run();
            assertThat(rig.register(Rig.RAX)).isEqualTo(20 * 0x403_0201L);

            rig.put64(TABLE + 8 * (NEXT >> 12), OTHER | 0x63);
            rig.cpu.mmu.invalidate(NEXT);
            rig.register(Rig.RAX, 0);
            begin(rig, 5);
            rig.run();

            assertThat(rig.register(Rig.RAX)).isEqualTo(20 * 0x605_0201L);
        }
    }

    @Test
    void isAPageFaultOnceItsEndIsGone() {
        try (Rig rig = Rig.inBlocks(Rig.Tier.NATIVE)) {
            load(rig, 5);
            useSmallPages(rig);
            rig.cpu.mmu.flush(false);
            rig.run();

            put(rig, Rig.handler(14), 0xF4);
            rig.put64(TABLE + 8 * (NEXT >> 12), 0);
            rig.cpu.mmu.invalidate(NEXT);
            begin(rig, 5);
            rig.run();

            assertThat(rig.cpu.system.cr2).isEqualTo(NEXT);
            assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(14) + 1); // behind its HLT
        }
    }
}
