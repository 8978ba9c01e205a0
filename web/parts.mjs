// SPDX-License-Identifier: EUPL-1.2
// Which parts of the design system our pages use; build.mjs takes these and no others.

export const components = [
  'link', 'button', 'form', 'input', 'select', 'checkbox', 'radio', 'search', 'upload', 'logo',
  'badge', 'tag', 'breadcrumb', 'navigation', 'skiplink', 'header', 'footer', 'alert', 'notice',
  'callout', 'highlight', 'card', 'pagination', 'summary',
];

// Medium is left out: at weight 500 the browser takes Regular, and a page saves 58 kB.
export const fonts = [
  { name: 'marianne-regular.woff2', file: 'Marianne-Regular.woff2', weight: '400', style: 'normal' },
  { name: 'marianne-italic.woff2', file: 'Marianne-Regular_Italic.woff2', weight: '400', style: 'italic' },
  { name: 'marianne-bold.woff2', file: 'Marianne-Bold.woff2', weight: '700', style: 'normal' },
];

const accents = '(green|blue-(ecume|cumulus)|purple|pink|yellow|orange|brown|beige)-';

// Selectors that our pages never match.
export const dropped = [
  /fr-fi-/, // the icons of 2021
  /\.fr-btn--(close|tooltip|sort|fullscreen|display|account|team|briefcase|connect)\b/,
  /\.fr-(modal|collapse|collapsing|menu|mega-menu|translate|display|consent|connect|share|follow|password|toggle|range|artwork|responsive-vid|transcription)\b/,
  /\.fr-header__(menu|navbar|search|operator|menu-links)\b|\.fr-nav__btn|\.fr-footer__(partners|top)/,
  /data-fr-(mourning|analytics|js)|fr-no-js/,
  /\.fr-ratio-|\.fr-(raw-link--|link--(close|download|xs|lg)|links-group--(lg|bordered)|badges-group--lg|text--(alt|lead-alt)|enlarge-button)/,
  /\.fr-grid-row--(?!gutters|middle|center|right|left|bottom|top)|-offset-|\.fr-(un)?hidden-(sm|xl)|\.fr-sr-only-/,
  /\.fr-(m[lrx]?|p[lrtbxy]?)-|fr-[mp]\w?-first-|fr-m[tby]-(9|1\d)w|\.fr-m[tby]-(n|sm|lg|xl|\d+(-5)?v|md-\d+(-5)?v|md-n)/,
  new RegExp(`\\.fr-(tag|callout|highlight|tile|card|notice|btn)--${accents}`),
  /\.fr-notice--(weather|cyberattack|witness|kidnapping|attack)/,
  /\.fr-card__(img|video)|\.fr-card--(download|horizontal)/,
  /\.fr-upload--multiple|\.fr-radio-rich|\.fr-fieldset--valid|--valid\b/,
];
