using Semblance.Index.Files;

namespace Semblance.Index.Graph;

/// <summary>
/// Asked before a walk reads something of a level. Implemented by structs, so that walks are compiled once for levels that need no
/// asking, which then pay nothing for it.
/// </summary>
internal unsafe interface IBlockGuard
{
    void Check(void* start, long length);
}

/// <summary>For levels in memory, and in files of which everything has been checked.</summary>
internal readonly unsafe struct NoGuard : IBlockGuard
{
    public void Check(void* start, long length)
    {
    }
}

/// <summary>For levels in a file of which something is still to be checked.</summary>
internal readonly unsafe struct FileGuard(MappedIndexFile file) : IBlockGuard
{
    public void Check(void* start, long length) => file.Check(start, length);
}
