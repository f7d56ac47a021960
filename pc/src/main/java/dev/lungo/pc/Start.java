package dev.lungo.pc;

import dev.lungo.boot.BootFile;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Firmware;
import java.util.List;
import java.util.function.Function;

/** What a machine does after RESET#. */
public sealed interface Start {
    /**
     * A kernel that is in memory already, as firmware and a boot loader would leave it.
     *
     * @param modules the initrd, or what a Multiboot kernel takes along
     * @param commandLine the kernel's, without its name
     */
    record Kernel(BootFile file, List<BootFile> modules, String commandLine) implements Start {
        public Kernel {
            modules = List.copyOf(modules);
        }
    }

    /** Firmware, which looks for something to start. */
    record FromFirmware(Function<Board, Firmware> maker) implements Start {}
}
