package dev.lungo.metal.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import org.junit.jupiter.api.Test;

class ControlRulesTest {
    private static final long PROTECTED = Cr0.PE | Cr0.ET;
    private static final long PAGED = PROTECTED | Cr0.PG;
    private static final long ACTIVE = Efer.LME | Efer.LMA;

    @Test
    void pagingNeedsProtection() {
        assertThat(mayBe(Cr0.PG, Cr0.ET, 0, 0, false)).isFalse();
        assertThat(mayBe(PAGED, PROTECTED, 0, 0, false)).isTrue();
    }

    @Test
    void notWriteThroughNeedsCachesOff() {
        assertThat(mayBe(PROTECTED | Cr0.NW, PROTECTED, 0, 0, false)).isFalse();
        assertThat(mayBe(PROTECTED | Cr0.NW | Cr0.CD, PROTECTED, 0, 0, false)).isTrue();
    }

    @Test
    void longModeBeginsOnlyWithPae() {
        assertThat(mayBe(PAGED, PROTECTED, 0, Efer.LME, false)).isFalse();
        assertThat(mayBe(PAGED, PROTECTED, Cr4.PAE, Efer.LME, false)).isTrue();
    }

    @Test
    void pagingEndsNeitherIn64BitCodeNorWithProcessContexts() {
        assertThat(mayBe(PROTECTED, PAGED, Cr4.PAE, ACTIVE, true)).isFalse();
        assertThat(mayBe(PROTECTED, PAGED, Cr4.PAE | Cr4.PCIDE, ACTIVE, false)).isFalse();
        assertThat(mayBe(PROTECTED, PAGED, Cr4.PAE, ACTIVE, false)).isTrue();
    }

    @Test
    void theUpperHalfIsReserved() {
        assertThat(mayBe(PROTECTED | 1L << 40, PROTECTED, 0, 0, false)).isFalse();
    }

    @Test
    void longModeIsActiveWhilePagingIs() {
        assertThat(ControlRules.eferAfter(PAGED, Efer.LME)).isEqualTo(ACTIVE);
        assertThat(ControlRules.eferAfter(PROTECTED, ACTIVE)).isEqualTo(Efer.LME);
        assertThat(ControlRules.eferAfter(PAGED, 0)).isZero();
    }

    private static boolean mayBe(long value, long old, long cr4, long efer, boolean code64) {
        return ControlRules.cr0MayBe(value, old, cr4, efer, code64);
    }
}
