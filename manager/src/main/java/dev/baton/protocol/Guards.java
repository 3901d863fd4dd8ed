package dev.baton.protocol;

/** Each decision on which safety rests. */
class Guards {
    static final Guards STRICT = new Guards();
}
