/**
 * The demo's launcher: makes and runs three Tomcat processes, puts one address in front of them, and either serves
 * people until it is stopped or takes the scripted tour. Everything listens on 127.0.0.1 only.
 */
package dev.baton.demo.launcher;
