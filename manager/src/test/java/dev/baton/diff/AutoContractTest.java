package dev.baton.diff;

class AutoContractTest extends DifferencingContract {
    AutoContractTest() {
        super(Methods.Method.AUTO);
    }
}
