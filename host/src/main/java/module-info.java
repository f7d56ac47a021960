/** What the host gives: mapped memory, time, the terminal, executable memory. */
@org.jspecify.annotations.NullMarked
module dev.lungo.host {
    requires static org.jspecify;
    requires transitive dev.lungo.machine;

    exports dev.lungo.host;
    exports dev.lungo.host.console;
    exports dev.lungo.host.disk;
    exports dev.lungo.host.net;
}
