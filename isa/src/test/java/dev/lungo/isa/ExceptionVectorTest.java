package dev.lungo.isa;

import static dev.lungo.isa.ExceptionVector.DB;
import static dev.lungo.isa.ExceptionVector.DE;
import static dev.lungo.isa.ExceptionVector.DF;
import static dev.lungo.isa.ExceptionVector.GP;
import static dev.lungo.isa.ExceptionVector.NP;
import static dev.lungo.isa.ExceptionVector.PF;
import static dev.lungo.isa.ExceptionVector.UD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ExceptionVectorTest {
    @Test
    void contributoryOnContributoryIsADoubleFault() {
        assertThat(GP.doublesFault(NP)).isTrue();
        assertThat(NP.doublesFault(DE)).isTrue();
    }

    @Test
    void pageFaultsDoubleOnlyPageFaults() {
        assertThat(PF.doublesFault(GP)).isFalse();
        assertThat(PF.doublesFault(PF)).isTrue();
        assertThat(GP.doublesFault(PF)).isTrue();
    }

    @Test
    void benignExceptionsNeverDouble() {
        assertThat(UD.doublesFault(PF)).isFalse();
        assertThat(GP.doublesFault(DB)).isFalse();
    }

    @Test
    void anExceptionIsFoundByItsVectorAndReservedOnesAreRefused() {
        assertThat(ExceptionVector.of(8)).isEqualTo(DF);
        assertThatThrownBy(() -> ExceptionVector.of(15))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
