/** Guest memory, buses, interrupt controllers, clock, and the border to the engines. */
@org.jspecify.annotations.NullMarked
module dev.lungo.machine {
    requires static org.jspecify;
    requires transitive dev.lungo.isa;

    exports dev.lungo.machine;
}
