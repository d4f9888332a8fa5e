namespace Semblance;

/// <summary>What a <see cref="GalleryException"/> is about.</summary>
public enum GalleryError
{
    /// <summary>The request makes no sense or contradicts itself.</summary>
    BadRequest,

    /// <summary>There is no gallery; <c>folder</c>.</summary>
    NoGallery,

    /// <summary>The gallery holds no pictures yet; <c>folder</c>.</summary>
    EmptyGallery,

    /// <summary>The gallery has no picture of this number; <c>id</c>.</summary>
    NoPicture,

    /// <summary>A file or folder is not there; <c>file</c>.</summary>
    NoFile,

    /// <summary>The query is empty, contradicts itself, or does not fit the space.</summary>
    BadQuery,

    /// <summary>The gallery's model cannot read words; <c>model</c>.</summary>
    NoWords,

    /// <summary>A filter that does not parse.</summary>
    BadFilter,

    /// <summary>A picture that cannot be read; <c>file</c>.</summary>
    BadPicture,

    /// <summary>An address that does not answer; <c>address</c>.</summary>
    Unreachable,

    /// <summary>Labels or pairs that cannot be read or name nothing; <c>file</c> where there is one.</summary>
    BadLabels,

    /// <summary>The evaluation by a gallery needs a folder of queries.</summary>
    NoQueries,

    /// <summary>The evaluation by pairs needs a file of pairs.</summary>
    NoPairs,

    /// <summary>The database is damaged, or no database of a gallery; <c>file</c>.</summary>
    Damaged,

    /// <summary>The gallery holds vectors of another model; <c>folder</c>, <c>model</c>, <c>asked</c>.</summary>
    OtherModel,

    /// <summary>The gallery's model is one of earlier versions; <c>folder</c>, <c>model</c>, <c>asked</c> (the present one).</summary>
    RetiredModel,

    /// <summary>The model of this name has other weights or is fed otherwise than when the gallery was made; <c>folder</c>, <c>model</c>.</summary>
    ChangedModel,

    /// <summary>There is a gallery already where one shall be made; <c>folder</c>.</summary>
    GalleryExists,

    /// <summary>There is a file already where one shall be written; <c>file</c>.</summary>
    FileExists,

    /// <summary>The gallery can only be read; <c>folder</c>.</summary>
    ReadOnly,

    /// <summary>Another process is changing the gallery; <c>folder</c>.</summary>
    Locked,

    /// <summary>A newer program wrote the gallery; <c>file</c>.</summary>
    Newer,

    /// <summary>The file is a database of another program; <c>file</c>.</summary>
    Foreign,

    /// <summary>The gallery must be written once and lies on a disk that cannot be written; <c>file</c>.</summary>
    CannotMigrate,

    /// <summary>A folder has lost all its pictures, as if its disk were not mounted; <c>folder</c>.</summary>
    FolderEmptied,

    /// <summary>The database cannot be opened or read, for want of rights or for a fault of the system; <c>file</c>.</summary>
    Unreadable,
}
