package dev.baton.diff;

class NoneContractTest extends DifferencingContract {
    NoneContractTest() {
        super(Methods.Method.NONE);
    }
}
