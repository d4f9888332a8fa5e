namespace Semblance.Storage;

/// <summary>
/// The right to change a gallery. It ends with the process that has it, so that a crash leaves none behind. Every public change takes one;
/// writes below it are transactions and keep the truth whole by themselves, but know nothing of the run they belong to.
/// </summary>
internal interface ILeaseStore
{
    /// <summary>For a long change, of which a gallery bears one at a time; short ones go on beside it.</summary>
    /// <exception cref="GalleryRefusedException">Another has it, or nothing can be written here.</exception>
    IDisposable TakeLongLease();

    /// <summary>For a change of one transaction: beside others, and not while the truth is being replaced.</summary>
    /// <exception cref="GalleryRefusedException">The truth is being replaced just now, or nothing can be written here.</exception>
    IDisposable TakeShortLease();
}
