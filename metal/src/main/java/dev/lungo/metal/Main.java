package dev.lungo.metal;

import dev.lungo.metal.core.Engine;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.Log;
import dev.lungo.metal.core.Lungo;
import dev.lungo.metal.load.MultibootStart;
import dev.lungo.metal.load.UefiStart;

/** Where the image begins, on the boot processor. */
public final class Main {
    private static final int MULTIBOOT = 1;
    private static final int UEFI = 3;

    private Main() {}

    public static void main(String[] args) {
        try {
            start();
        } catch (IllegalStateException trouble) {
            Log.line(String.valueOf(trouble.getMessage()));
        }
    }

    private static void start() {
        try {
            Engine engine = Engine.begin();
            Hypervisor hypervisor = Chosen.hypervisor();
            hypervisor.begin(engine);
            Exits.use(hypervisor);
        } catch (IllegalStateException trouble) {
            Log.line(trouble.getMessage() + "; the machine goes on without a hypervisor");
        }
        switch (Lungo.bootKind()) {
            case UEFI -> UefiStart.run(Lungo.bootInfo());
            case MULTIBOOT -> MultibootStart.run(Lungo.bootInfo());
            default -> throw new IllegalStateException("started in a way that is not known");
        }
    }
}
