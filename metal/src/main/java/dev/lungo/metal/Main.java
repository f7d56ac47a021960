package dev.lungo.metal;

import dev.lungo.metal.core.Engine;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.Log;
import dev.lungo.metal.load.Boot;

/** Where the image begins, on the boot processor. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        try {
            Boot boot = Boot.find();
            Configuration configuration = Configuration.of(boot.configuration());
            // What boots the next system asks for these in its turn.
            configuration.get("next", "");
            configuration.get("append", "");
            try {
                configureLog(configuration, boot.serialPort());
                begin(configuration, boot);
            } catch (RuntimeException trouble) {
                Log.line(sentence(trouble) + "; the machine goes on without the hypervisor");
            }
            boot.next(configuration);
        } catch (IllegalStateException trouble) {
            Log.line(sentence(trouble));
        }
    }

    private static void begin(Configuration configuration, Boot boot) {
        Engine engine = Engine.begin();
        Hypervisor hypervisor = Chosen.hypervisor();
        hypervisor.begin(engine, configuration);
        configuration.check();
        Exits.use(hypervisor);
        Engine.becomePresent(boot.processors());
    }

    private static void configureLog(Configuration configuration, int usualPort) {
        boolean on = !configuration.get("serial", "on").equals("off");
        boolean named = on && !configuration.get("serial", "on").equals("on");
        long port = named ? configuration.number("serial", 0) : on ? usualPort : 0;
        String level = configuration.get("log", "all");
        if (port > 0xFFF8) {
            throw new IllegalStateException("the configuration's serial port is none of a PC");
        }
        if (!level.equals("all") && !level.equals("errors")) {
            throw new IllegalStateException("the configuration's log is neither all nor errors");
        }
        Log.configure((int) port, level.equals("all"));
    }

    private static String sentence(RuntimeException trouble) {
        return trouble instanceof IllegalStateException
                ? String.valueOf(trouble.getMessage())
                : trouble.toString();
    }
}
