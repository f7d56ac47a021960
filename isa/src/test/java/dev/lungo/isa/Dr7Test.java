package dev.lungo.isa;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Dr7Test {
    @Test
    void fieldsOfABreakpointAreTakenFromItsPlace() {
        long dr7 = Dr7.FIXED | Dr7.G1 | (0b1001L << 20); // breakpoint 1: write, 8 bytes

        assertThat(Dr7.enabled(dr7, 1)).isTrue();
        assertThat(Dr7.enabled(dr7, 0)).isFalse();
        assertThat(Dr7.condition(dr7, 1)).isEqualTo(Dr7.WRITE);
        assertThat(Dr7.bytes(dr7, 1)).isEqualTo(8);
        assertThat(Dr7.bytes(dr7, 0)).isEqualTo(1);
    }
}
