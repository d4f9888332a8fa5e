using Semblance.Cli.Frame;
using Semblance.Networks;

namespace Semblance.Cli.Verbs;

/// <summary>Says what the first use of the default model does, which takes a moment once.</summary>
internal static class ModelPreparation
{
    public static void Announce(VerbContext context, string? model)
    {
        if (model is not null and not GalleryOptions.DefaultModel || File.Exists(Path.Combine(context.Models.Folder, GalleryOptions.DefaultModel, ModelManifest.FileName)))
            return;
        context.Talk.Say($"First use: preparing the model {GalleryOptions.DefaultModel} in {context.Models.Folder} (once, a few seconds).");
    }
}
