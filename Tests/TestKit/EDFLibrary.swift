public import Foundation

/// The use of edflib, which keeps its files in one table without a lock.
public enum EDFLibrary {
    /// Held by the one test that uses it.
    public static let lock = NSLock()
}
