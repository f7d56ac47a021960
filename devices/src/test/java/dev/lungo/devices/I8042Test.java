package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.PortDevice;
import org.junit.jupiter.api.Test;

class I8042Test {
    private static final int FULL = 1;
    private static final int AUXILIARY = 1 << 5;

    private boolean irq1;
    private boolean irq12;
    private int edges;
    private int resets;
    private final A20Gate a20 = new A20Gate(_ -> {});
    private final I8042 controller =
            new I8042(
                    level -> {
                        edges += level && !irq1 ? 1 : 0;
                        irq1 = level;
                    },
                    level -> irq12 = level,
                    a20,
                    () -> resets++);
    private final PortDevice data = controller.data();
    private final PortDevice command = controller.command();

    private int status() {
        return command.read(0);
    }

    private int take() {
        assertThat(status() & FULL).as("output buffer full").isNotZero();
        return data.read(0);
    }

    private void empty() {
        assertThat(status() & FULL).as("output buffer full").isZero();
    }

    private void controllerCommand(int code) {
        command.write(0, code);
    }

    @Test
    void selfTestsSayThatAllIsWell() {
        controllerCommand(0xAA);
        assertThat(take()).isEqualTo(0x55);
        controllerCommand(0xAB);
        assertThat(take()).isZero();
        controllerCommand(0xA9);
        assertThat(take()).isZero();
    }

    @Test
    void theOutputPortMovesTheA20GateAndTellsOfIt() {
        controllerCommand(0xD1);
        data.write(0, 0x01); // and not reset
        assertThat(a20.isOpen()).isFalse();
        controllerCommand(0xD0);
        assertThat(take() & 0x02).isZero();

        controllerCommand(0xDF);
        controllerCommand(0xD0);

        assertThat(a20.isOpen()).isTrue();
        assertThat(take() & 0x02).isNotZero();
        assertThat(resets).isZero();
    }

    @Test
    void theCommandByteIsReadAsItWasWritten() {
        controllerCommand(0x60);
        data.write(0, 0x47);
        controllerCommand(0x20);
        assertThat(take()).isEqualTo(0x47);

        controllerCommand(0xA7);
        controllerCommand(0x20);
        assertThat(take() & 0x20).isNotZero();
    }

    @Test
    void aKeyComesTranslatedByteByByte() {
        controller.keyPressed(0xE0, 0x75, 0xE0, 0xF0, 0x75); // cursor up, and its release

        assertThat(irq1).isTrue();
        assertThat(take()).isEqualTo(0xE0);
        assertThat(take()).isEqualTo(0x48);
        assertThat(take()).isEqualTo(0xE0);
        assertThat(take()).isEqualTo(0xC8);
        assertThat(irq1).isFalse();
        assertThat(edges).as("one for each byte").isEqualTo(4);
        empty();
    }

    @Test
    void withoutTranslationAKeyComesAsItIs() {
        controllerCommand(0x60);
        data.write(0, 0x01);

        controller.keyPressed(0xF0, 0x1C);

        assertThat(take()).isEqualTo(0xF0);
        assertThat(take()).isEqualTo(0x1C);
    }

    @Test
    void theKeyboardTellsWhatItIs() {
        data.write(0, 0xF2);

        assertThat(take()).isEqualTo(0xFA);
        assertThat(take()).isEqualTo(0xAB);
        assertThat(take()).as("83h, translated").isEqualTo(0x41);
        empty();
    }

    @Test
    void aKeyboardResetIsAcknowledgedAndTested() {
        data.write(0, 0xFF);

        assertThat(take()).isEqualTo(0xFA);
        assertThat(take()).isEqualTo(0xAA);
    }

    @Test
    void parametersAreAcknowledgedAndUnknownCommandsAreNot() {
        data.write(0, 0xED);
        assertThat(take()).isEqualTo(0xFA);
        data.write(0, 0x07);
        assertThat(take()).isEqualTo(0xFA);
        data.write(0, 0xF0);
        assertThat(take()).isEqualTo(0xFA);
        data.write(0, 0x03); // a set it does not have
        assertThat(take()).isEqualTo(0xFE);
        data.write(0, 0x10);
        assertThat(take()).isEqualTo(0xFE);
    }

    @Test
    void aDisabledKeyboardSendsNoKeys() {
        data.write(0, 0xF5);
        assertThat(take()).isEqualTo(0xFA);
        controller.keyPressed(0x1C);
        empty();

        data.write(0, 0xF4);
        take();
        controller.keyPressed(0x1C);
        assertThat(take()).isEqualTo(0x1E);
    }

    @Test
    void aDisabledInterfaceHoldsKeysBack() {
        controllerCommand(0xAD);
        controller.keyPressed(0x1C);
        empty();

        controllerCommand(0xAE);

        assertThat(take()).isEqualTo(0x1E);
    }

    @Test
    void aKeyThatFindsNoRoomIsDroppedWhole() {
        for (int i = 0; i < 30; i++) {
            controller.keyPressed(0xF0, 0x1C);
        }
        int bytes = 0;
        while ((status() & FULL) != 0) {
            assertThat(data.read(0)).isEqualTo(0x9E);
            bytes++;
        }
        assertThat(bytes).isBetween(8, 10);
    }

    @Test
    void theAuxiliaryPortHasAnInterruptOfItsOwn() {
        controllerCommand(0x60);
        data.write(0, 0x03);
        controllerCommand(0xD3); // as if from the device
        data.write(0, 0xA5);
        assertThat(status() & AUXILIARY).isNotZero();
        assertThat(irq12).isTrue();
        assertThat(take()).isEqualTo(0xA5);
        assertThat(irq12).isFalse();
    }

    private void tellMouse(int... bytes) {
        for (int each : bytes) {
            controllerCommand(0xD4);
            data.write(0, each);
            assertThat(status() & AUXILIARY).isNotZero();
            assertThat(take()).as("acknowledged").isEqualTo(0xFA);
        }
    }

    @Test
    void theMouseSaysWhatItIs() {
        controllerCommand(0xA8);

        tellMouse(0xFF);
        assertThat(take()).isEqualTo(0xAA);
        assertThat(take()).isZero();
        tellMouse(0xF3, 40, 0xE8, 3, 0xE7, 0xE9);

        assertThat(take()).as("status").isEqualTo(1 << 4); // scaled
        assertThat(take()).as("resolution").isEqualTo(3);
        assertThat(take()).as("rate").isEqualTo(40);
        empty();
    }

    @Test
    void movementsArriveAsPacketsOnceTheyAreReported() {
        controllerCommand(0x60);
        data.write(0, 0x03);
        controller.mouseMoved(5, 5, 0);
        empty();
        tellMouse(0xF6, 0xF4);

        controller.mouseMoved(3, -2, 1);

        assertThat(irq12).isTrue();
        assertThat(take()).isEqualTo(0b0010_1001); // down, left button
        assertThat(take()).isEqualTo(3);
        assertThat(take()).isEqualTo(0xFE);
        assertThat(irq12).isFalse();
    }

    @Test
    void aMouseNobodyReadsKeepsWhereItIs() {
        controllerCommand(0xA8);
        tellMouse(0xF4);
        for (int i = 0; i < 1000; i++) {
            controller.mouseMoved(1, 0, 0);
        }

        int bytes = 0;
        while ((status() & FULL) != 0) {
            data.read(0);
            bytes++;
        }
        assertThat(bytes).isBetween(48, 51);
    }

    @Test
    void pulsingOutputBit0Resets() {
        controllerCommand(0xFE);
        assertThat(resets).isEqualTo(1);

        controllerCommand(0xFF); // pulses nothing
        assertThat(resets).isEqualTo(1);
        controllerCommand(0xD1);
        data.write(0, 0xFE);
        assertThat(resets).isEqualTo(2);
    }

    @Test
    void theStatusSaysWhereTheLastByteWentTo() {
        controllerCommand(0xAE);
        assertThat(status() & 0x08).isNotZero();
        data.write(0, 0xEE);
        assertThat(status() & 0x08).isZero();
        assertThat(take()).isEqualTo(0xEE);
    }
}
