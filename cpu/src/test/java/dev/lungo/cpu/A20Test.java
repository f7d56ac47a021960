package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Pending;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the A20M# pin does to addresses at and above 1 MiB. */
@ParameterizedClass
@EnumSource
class A20Test {
    private static final int HLT = 0xF4;
    private static final long MEBIBYTE = 1 << 20;

    /** mov ax,FFFFh; mov ds,ax; mov bl,[0010h]; hlt. */
    private static final int[] READ_FFFF_0010 = {
        0xB8, 0xFF, 0xFF, 0x8E, 0xD8, 0x8A, 0x1E, 0x10, 0x00, HLT
    };

    private final Rig rig;

    A20Test(Rig.Tier tier) {
        rig = Rig.inBlocks(tier);
    }

    @BeforeEach
    void setUp() {
        rig.realMode();
        rig.bytes(0, 0x0A);
        rig.bytes(MEBIBYTE, 0x1A);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private long read() {
        rig.cpu.setRip(Rig.CODE);
        rig.cpu.lower(Pending.ASLEEP);
        rig.run();
        return rig.register(Rig.RBX) & 0xFF;
    }

    @Test
    void realModeReachesTheHighMemoryAreaOrWrapsAsAn8086() {
        rig.code(READ_FFFF_0010);

        assertThat(read()).isEqualTo(0x1A);
        rig.cpu.setA20(false);
        assertThat(read()).isEqualTo(0x0A);
        rig.cpu.setA20(true);
        assertThat(read()).isEqualTo(0x1A);
    }

    @Test
    void codeIsFetchedFromBelowAsWell() {
        rig.code(0xEA, 0x10, 0x05, 0xFF, 0xFF); // jmp FFFF:0510
        rig.bytes(MEBIBYTE + 0x500, 0xB3, 1, HLT); // mov bl,1
        rig.bytes(0x500, 0xB3, 2, HLT); // mov bl,2

        assertThat(read()).isEqualTo(1);
        rig.realMode();
        rig.cpu.setA20(false);
        assertThat(read()).isEqualTo(2);
    }

    @Test
    void pagingStructuresAreLookedForBelowToo() {
        rig.longMode(0);
        rig.code(0x8A, 0x1C, 0x25, 0, 0, 0x20, 0, HLT); // mov bl,[200000h]
        rig.bytes(2 * MEBIBYTE, 0x2A);
        rig.cpu.control.write(3, MEBIBYTE + 0x20000); // where nothing is, but for the wrap
        rig.cpu.setA20(false);

        assertThat(read()).isEqualTo(0x2A);
    }
}
