package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CoprocessorErrorTest {
    private final CoprocessorError error = new CoprocessorError();
    private boolean irq13;

    @BeforeEach
    void connect() {
        error.connect(level -> irq13 = level);
    }

    @Test
    void theInterruptStaysUntilItIsAcknowledged() {
        error.ferr(0, true);
        assertThat(irq13).isTrue();
        assertThat(error.ignne()).isFalse();

        error.write(0, 0);

        assertThat(irq13).isFalse();
        assertThat(error.ignne()).isTrue();
    }

    @Test
    void processorsHeedErrorsAgainOnceTheLastOneIsGone() {
        error.ferr(0, true);
        error.ferr(1, true);
        error.write(0, 0);

        error.ferr(0, false);
        assertThat(error.ignne()).isTrue();
        error.ferr(1, false);

        assertThat(error.ignne()).isFalse();
    }

    @Test
    void anAcknowledgementOfNothingDoesNothing() {
        error.write(0, 0);

        error.ferr(0, true);

        assertThat(error.ignne()).isFalse();
        assertThat(irq13).isTrue();
    }
}
