package dev.lungo.metal.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApicDestinationTest {
    private static final int LOGICAL = 1 << 11;
    private static final int SELF = 1 << 18;
    private static final int ALL = 2 << 18;
    private static final int ALL_BUT_SELF = 3 << 18;
    private static final int FLAT = -1;
    private static final int CLUSTERS = 0x0FFF_FFFF;

    @Test
    void aPhysicalDestinationIsAnApicIdOrAllOnes() {
        assertThat(means(0, 3, 3, 0, FLAT)).isTrue();
        assertThat(means(0, 3, 2, 0, FLAT)).isFalse();
        assertThat(means(0, 0xFF, 2, 0, FLAT)).isTrue();
    }

    @Test
    void aFlatLogicalDestinationIsASetOfBits() {
        assertThat(means(LOGICAL, 0b0110, 9, 0b0100 << 24, FLAT)).isTrue();
        assertThat(means(LOGICAL, 0b0110, 9, 0b1000 << 24, FLAT)).isFalse();
        assertThat(means(LOGICAL, 0b0110, 9, 0, FLAT)).isFalse();
    }

    @Test
    void aLogicalDestinationInAClusterNamesTheClusterAndASetOfFour() {
        assertThat(means(LOGICAL, 0x23, 9, 0x22 << 24, CLUSTERS)).isTrue();
        assertThat(means(LOGICAL, 0x23, 9, 0x12 << 24, CLUSTERS)).isFalse();
        assertThat(means(LOGICAL, 0x23, 9, 0x24 << 24, CLUSTERS)).isFalse();
        assertThat(means(LOGICAL, 0xF2, 9, 0x12 << 24, CLUSTERS)).isTrue(); // every cluster
    }

    @Test
    void theLogicalIdOfAnX2ApicFollowsFromItsId() {
        assertThat(meansX2(LOGICAL, 2 << 16 | 1 << 5, 0x25)).isTrue();
        assertThat(meansX2(LOGICAL, 2 << 16 | 1 << 5, 0x24)).isFalse();
        assertThat(meansX2(LOGICAL, 1 << 16 | 1 << 5, 0x25)).isFalse();
        assertThat(meansX2(0, 0xFF, 1)).isFalse();
        assertThat(meansX2(0, -1, 1)).isTrue();
    }

    @Test
    void onlyTheShorthandForAllOthersIsOne() {
        assertThat(means(ALL_BUT_SELF, 0, 5, 0, FLAT)).isTrue();
        assertThat(ApicDestination.includes(ALL_BUT_SELF, 0, false, 5, 0, FLAT, true)).isFalse();
        assertThat(means(ALL, 0, 5, 0, FLAT)).isFalse();
        assertThat(ApicDestination.includes(SELF, 5, false, 5, 0, FLAT, true)).isFalse();
    }

    private static boolean means(int low, int destination, int apicId, int ldr, int dfr) {
        return ApicDestination.includes(low, destination, false, apicId, ldr, dfr, false);
    }

    private static boolean meansX2(int low, int destination, int apicId) {
        return ApicDestination.includes(low, destination, true, apicId, 0, 0, false);
    }
}
