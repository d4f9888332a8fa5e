using Semblance.Networks;

namespace Semblance.Reports;

/// <summary>A model in a list of models.</summary>
/// <param name="Dimension">Null for a default model that has not been made yet.</param>
/// <param name="Where">Its folder, or what it is.</param>
public sealed record ModelRecord(string Id, string Kind, string Modality, int? Dimension, string Where);

/// <summary>A model that was added.</summary>
public sealed record ModelAddedRecord(string Id, int Dimension, string Sha256, string Folder)
{
    public static ModelAddedRecord Of(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model.Id, model.Manifest.Dimension, model.Manifest.Sha256, model.Folder);
    }
}

/// <summary>A model that was removed, or would be.</summary>
public sealed record ModelRemovedRecord(string Id, string Folder, bool Removed);
