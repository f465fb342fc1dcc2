/** A kind of document the engine knows by heart. */
export interface DocumentType {
  id: string;
  /** Names people use for it, in lower case; a plural "s" is understood. */
  aliases: string[];
  /** Stands near the top of such a document: the first 450 characters. */
  title: RegExp;
  /**
   * What its text is made of: each pattern counts once, with its weight, however often it matches. A negative weight speaks
   * against the type: a till slip may be headed "Tax invoice", but invoices give no change.
   */
  cues: { pattern: RegExp; weight: number }[];
}

/*
 * Patterns run on folded text: lower case, one space between words, no blank lines, lines trimmed (see foldText). They meet
 * hostile documents, so every repetition has an upper bound; a test times each of them. A cue holds the wording of all
 * languages in one pattern, because the share of cues that match is the score.
 */
export const DOCUMENT_TYPES: readonly DocumentType[] = [
  {
    id: 'invoice',
    aliases: [
      'invoice',
      'bill',
      'tax invoice',
      'commercial invoice',
      'vendor bill',
      'supplier invoice',
      'sales invoice',
      'utility bill',
      'facture',
      'rechnung',
      'eingangsrechnung',
      'factura',
      'fattura',
      'factuur',
      'fatura',
      'faktura',
    ],
    title:
      /\b(tax |commercial |sales |proforma |vat )?invoice\b|\bfacture\b|rechnung\b|\bfactura\b|\bfattura\b|\bfactuur\b|\bfatura\b|\bfaktura\b/,
    cues: [
      {
        pattern:
          /(invoice|rechnungs|facture|factura|fattura|factuur|fatura|faktur[ay]|rechnung) ?-?\.?(no|num|nr|numm?er|number|#|id|date|datum|n°|nº|n\.|numéro|número|numero|nummer|vat)|(numéro|n°|número|nº|numero|num\.|data|date|nr) ?(de |da |della |di |del )?(la )?(facture|factura|fattura|fatura|faktury)/,
        weight: 2,
      },
      {
        pattern:
          /(bill|billed|invoice|invoiced|sold) to|rechnungs(adresse|empfänger|anschrift)|kundennummer|kunden-?nr|adresse de facturation|facturé à|client|facturar a|intestatario|spett|factuuradres|klantnummer|nabywca|sprzedawca/,
        weight: 1,
      },
      {
        pattern:
          /(amount|balance|total) (due|payable)|rechnungsbetrag|zahlbetrag|gesamtbetrag|net à payer|montant (dû|total)|total ttc|importe total|total a pagar|totale (da pagare|fattura)|te betalen|totaalbedrag|do zapłaty|valor total/,
        weight: 1,
      },
      {
        pattern:
          /due date|payment (terms|due)|net (14|15|30|45|60)\b|pay within|fällig|zahlungs(ziel|bedingung|frist)|zahlbar|innerhalb von \d+ tagen|skonto|échéance|conditions de (paiement|règlement)|vencimiento|forma de pago|scadenza|modalità di pagamento|vervaldatum|betalingstermijn|termin płatności|vencimento/,
        weight: 1,
      },
      {
        pattern:
          /sub-?total|zwischensumme|nettobetrag|netto|total ht|base imponible|imponibile|subtotaal|wartość netto/,
        weight: 1,
      },
      {
        pattern:
          /\b(unit price|qty|quantity|menge|einzelpreis|stückpreis|einheitspreis|quantité|prix unitaire|cantidad|precio unitario|quantità|prezzo unitario|aantal|stuksprijs|ilość|cena|quantidade|preço)\b/,
        weight: 1,
      },
      {
        pattern: /\b(vat|gst|sales tax|mwst|ust|umsatzsteuer|mehrwertsteuer|ust-?id(-?nr)?|tva|iva|btw|nip)\b/,
        weight: 1,
      },
      {
        pattern:
          /remit(tance)? to|remit payment|bank details|\biban\b|bankverbindung|überweis|coordonnées bancaires|virement|transferencia|bonifico|rekeningnummer|przelew/,
        weight: 1,
      },
      {
        pattern:
          /^cash\b.{0,30}\n(.{0,40}\n){0,2}.{0,10}\bchange\b|\bcashier\b|please come again|gst summary|\bpax\b|\bwaiter\b|item\(s\)|^(total )?cash( rm)?:?\s[\d,]{1,7}\.\d\d/m,
        weight: -4,
      },
    ],
  },
  {
    id: 'receipt',
    aliases: [
      'receipt',
      'sales receipt',
      'till receipt',
      'payment receipt',
      'cash receipt',
      'expense receipt',
      'quittung',
      'kassenbon',
      'kassenbeleg',
      'reçu',
      'ticket de caisse',
      'recibo',
      'ricevuta',
      'scontrino',
      'kassabon',
      'paragon',
      'kvitto',
    ],
    title:
      /\breceipt\b|\b(cashier|waiter|pax|table no)\b|^(cash|change) ?:|cash (bill|sales?|memo)\b|\bquittung\b|kassen(bon|beleg)|ticket de caisse|\brecibo\b|\bscontrino\b|\bkassabon\b|\bparagon\b/m,
    cues: [
      {
        pattern:
          /please come again|come again|rounding|gst summary|\bpax\b|waiter|keep the (invoice|receipt)|item\(s\)|qty\(s\)|bitte beleg|es bediente sie/,
        weight: 1.5,
      },
      { pattern: /receipt ?(no|#|number|:)|bon-?nr|beleg-?nr|(check|chk|order|table|trans|ticket) ?(#|no)/, weight: 1 },
      { pattern: /\b(cash|bar|espèces|efectivo|contanti|contant|gotówka)\b/, weight: 1.5 },
      { pattern: /\b(change( due)?|rückgeld|wechselgeld|rendu|cambio|resto|wisselgeld|reszta)\b/, weight: 1.5 },
      {
        pattern:
          /thank ?(you|s)|vielen dank|merci de votre visite|gracias por su (compra|visita)|grazie|bedankt|dziękujemy/,
        weight: 1,
      },
      {
        pattern:
          /\b(visa|mastercard|amex|debit|credit card|approval code|card ending|ec-?karte|girocard|carte bancaire|tarjeta|bancomat|pin)\b|x{4,}\d{4}|\*{4} ?\d{4}/,
        weight: 1,
      },
      {
        pattern: /\b(cashier|server|terminal|till|kasse|bediener|caissier|cajero|cassa|kassa|kasjer)\b|guests?:|table:/,
        weight: 1,
      },
      { pattern: /sub-?total|zwischensumme|sous-total/, weight: 1 },
      { pattern: /\b(gst|tax|mwst|tva|iva|btw)\b|rounding/, weight: 1 },
      { pattern: /\b(total|summe|totale|totaal|suma)\b[^\n]{0,12}\d+[.,]\d\d/, weight: 1 },
      {
        pattern:
          /goods sold|not (returnable|refundable|exchangeable)|no (refund|exchange)|returns? (policy|within)|\b\d\d:\d\d(:\d\d)?\b/,
        weight: 1,
      },
    ],
  },
  {
    id: 'purchase_order',
    aliases: [
      'purchase order',
      'po',
      'procurement order',
      'order form',
      'bestellung',
      'bon de commande',
      'orden de compra',
      'ordine di acquisto',
      'inkooporder',
      'zamówienie',
    ],
    title:
      /\bpurchase order\b|^p\.?o\.?\b|^bestellung\b|bon de commande|(orden|pedido) de compra|ordine (di acquisto|d’acquisto)|inkooporder|zamówienie/m,
    cues: [
      {
        pattern:
          /(purchase order|\bp\.?o\.?) ?(no|num|number|#|date|:)|bestell-?(nummer|nr|datum)|(numéro|n°) de commande|número de (orden|pedido)|numero ordine|ordernummer/,
        weight: 2,
      },
      {
        pattern:
          /ship to|deliver to|lieferadresse|lieferanschrift|adresse de livraison|dirección de entrega|afleveradres/,
        weight: 1,
      },
      { pattern: /\b(vendor|supplier|lieferant|fournisseur|proveedor|fornitore|leverancier|dostawca)\b/, weight: 1 },
      { pattern: /\b(unit price|qty|quantity|menge|einzelpreis|quantité|cantidad|quantità|aantal|ilość)\b/, weight: 1 },
      {
        pattern:
          /delivery date|required by|ship via|liefertermin|lieferdatum|date de livraison|fecha de entrega|leverdatum/,
        weight: 1,
      },
      { pattern: /\bbuyer\b|\bordered by\b|authori[sz]ed by|besteller|acheteur|comprador/, weight: 1 },
    ],
  },
  {
    id: 'delivery_note',
    aliases: [
      'delivery note',
      'packing slip',
      'packing list',
      'bill of lading',
      'waybill',
      'shipping document',
      'consignment note',
      'lieferschein',
      'bon de livraison',
      'albarán',
      'documento di trasporto',
      'pakbon',
    ],
    title:
      /delivery note|packing (slip|list)|bill of lading|waybill|lieferschein|bon de livraison|albarán|documento di trasporto|pakbon/,
    cues: [
      { pattern: /\b(consignee|consignor|shipper|empfänger|absender|destinataire|expéditeur)\b/, weight: 1 },
      { pattern: /\b(carrier|spediteur|transporteur|vervoerder)\b/, weight: 1 },
      { pattern: /gross weight|net weight|bruttogewicht|poids brut|peso (bruto|lordo)/, weight: 1 },
      { pattern: /ship(ped)? (to|via|date)|lieferschein-?(nr|nummer)|lieferdatum/, weight: 1 },
      { pattern: /\b(packages|pallets?|cartons?|paletten?|colis|bultos|colli)\b/, weight: 1 },
    ],
  },
  {
    id: 'quote',
    aliases: [
      'quote',
      'quotation',
      'estimate',
      'price quote',
      'offer',
      'angebot',
      'kostenvoranschlag',
      'devis',
      'presupuesto',
      'preventivo',
      'offerte',
      'oferta',
    ],
    title: /\b(quotation|quote|estimate|angebot|kostenvoranschlag|devis|presupuesto|preventivo|offerte)\b/,
    cues: [
      {
        pattern: /valid (until|for|through)|gültig bis|valable jusqu|válido hasta|valid[oa] fino|geldig tot/,
        weight: 1,
      },
      { pattern: /(quote|quotation|estimate) ?(no|#|number|date)|angebots-?(nr|nummer|datum)|devis n/, weight: 1 },
      { pattern: /unit price|qty|menge|einzelpreis|prix unitaire/, weight: 1 },
      { pattern: /sub-?total|zwischensumme|total ht/, weight: 1 },
    ],
  },
  {
    id: 'contract',
    aliases: [
      'contract',
      'agreement',
      'legal agreement',
      'service agreement',
      'master services agreement',
      'msa',
      'vertrag',
      'contrat',
      'contrato',
      'contratto',
      'overeenkomst',
      'umowa',
    ],
    title: /\bagreement\b|\bcontract\b|vertrag\b|\bcontrat\b|\bcontrato\b|\bcontratto\b|overeenkomst|\bumowa\b/,
    cues: [
      {
        pattern:
          /this agreement|dieser vertrag|diese[sm] vertrag|le présent contrat|el presente contrato|il presente contratto|deze overeenkomst|niniejsz(a|ej) umow/,
        weight: 1,
      },
      {
        pattern:
          /hereinafter|hereby|hereto|herein|nachfolgend|nachstehend|ci-après|en adelante|di seguito|hierna|zwan(y|a|ym|ą) dalej/,
        weight: 1,
      },
      { pattern: /in witness whereof|unterschrift|fait à|en fe de lo cual|letto, confermato/, weight: 1 },
      {
        pattern:
          /governing law|governed by the laws|gerichtsstand|droit applicable|ley aplicable|foro competente|toepasselijk recht/,
        weight: 1,
      },
      { pattern: /\bwhereas\b|präambel|considérant|considerando|premesso che|overwegende/, weight: 1 },
      {
        pattern:
          /terminat(e|ion) of this agreement|term and termination|kündigung|résiliation|rescisión|recesso|opzegging/,
        weight: 1,
      },
      { pattern: /entire agreement|schriftform|intégralité|salvatorische/, weight: 1 },
      { pattern: /indemnif|haftung|responsabilité|indemniza/, weight: 1 },
      { pattern: /effective date|inkrafttreten|vertragsbeginn|vertragslaufzeit|entrée en vigueur/, weight: 1 },
    ],
  },
  {
    id: 'nda',
    aliases: [
      'nda',
      'non-disclosure agreement',
      'nondisclosure agreement',
      'confidentiality agreement',
      'non disclosure agreement',
    ],
    title: /non-?\s?disclosure|confidentiality agreement|confidential disclosure/,
    cues: [
      { pattern: /(disclosing|receiving|recipient) party/, weight: 2 },
      { pattern: /confidential information/, weight: 1.5 },
      { pattern: /non-?\s?disclosure/, weight: 1 },
      { pattern: /trade secret/, weight: 1 },
      { pattern: /shall not disclose/, weight: 1 },
    ],
  },
  {
    id: 'lease',
    aliases: [
      'lease',
      'rental agreement',
      'tenancy agreement',
      'lease agreement',
      'rental contract',
      'mietvertrag',
      'bail',
      'contrat de location',
      'contrato de arrendamiento',
      'contratto di locazione',
      'huurovereenkomst',
    ],
    title:
      /\b(lease|rental agreement|tenancy|mietvertrag|bail|contrat de location|arrendamiento|locazione|huurovereenkomst)\b/,
    cues: [
      { pattern: /\b(landlord|lessor|vermieter|bailleur|arrendador|locatore|verhuurder)\b/, weight: 1 },
      { pattern: /\b(tenant|lessee|mieter|locataire|arrendatario|conduttore|huurder)\b/, weight: 1 },
      { pattern: /\b(premises|mietsache|mietobjekt|wohnung|logement|vivienda|immobile)\b/, weight: 1 },
      { pattern: /security deposit|kaution|dépôt de garantie|fianza|deposito cauzionale|borgsom/, weight: 1 },
      { pattern: /monthly rent|\brent\b|\bmiete\b|\bloyer\b|\brenta\b|\bcanone\b|\bhuur\b/, weight: 1 },
    ],
  },
  {
    id: 'employment_contract',
    aliases: [
      'employment contract',
      'employment agreement',
      'offer letter',
      'job offer',
      'arbeitsvertrag',
      'contrat de travail',
      'contrato de trabajo',
      'contratto di lavoro',
      'arbeidsovereenkomst',
      'umowa o pracę',
    ],
    title:
      /employment (agreement|contract)|offer (letter|of employment)|arbeitsvertrag|contrat de travail|contrato (de trabajo|laboral)|contratto di lavoro|arbeidsovereenkomst/,
    cues: [
      { pattern: /\b(employee|arbeitnehmer(in)?|salarié|trabajador|lavoratore|werknemer)\b/, weight: 1 },
      { pattern: /\b(employer|arbeitgeber|employeur|empleador|datore di lavoro|werkgever)\b/, weight: 1 },
      { pattern: /\b(base )?salary\b|gehalt|vergütung|rémunération|salario|retribuzione|salaris/, weight: 1 },
      { pattern: /start date|commencement|probezeit|période d’essai|proeftijd/, weight: 1 },
      { pattern: /probation|at-will|vacation|benefits|urlaub|congés|vacaciones|ferie/, weight: 1 },
    ],
  },
  {
    id: 'resume',
    aliases: [
      'resume',
      'cv',
      'curriculum vitae',
      'résumé',
      'candidate profile',
      'lebenslauf',
      'currículum',
      'curriculum',
    ],
    title: /\b(curriculum vitae|resume|cv|lebenslauf)\b|résumé|currículum/,
    cues: [
      {
        pattern:
          /\b(work|professional|employment) (experience|history)\b|^experience\b|berufserfahrung|beruflicher werdegang|expériences? professionnelles?|experiencia (laboral|profesional)|esperienz[ae] (lavorativ|professional)|werkervaring|doświadczenie zawodowe/m,
        weight: 1.5,
      },
      {
        pattern: /\beducation\b|ausbildung|studium|schulbildung|formation|formación|istruzione|opleiding|wykształcenie/,
        weight: 1,
      },
      { pattern: /\b(skills?|kenntnisse|compétences|habilidades|competenze|vaardigheden|umiejętności)\b/, weight: 1 },
      {
        pattern:
          /\b(bachelor|master|b\.?sc|b\.?e\.?|m\.?sc|mba|ph\.?d|b\.?tech|university|universität|hochschule|université|universidad|università|licence)\b/,
        weight: 1,
      },
      { pattern: /\b(linkedin|github)\b/, weight: 1 },
      {
        pattern:
          /\b(objective|summary|profile|certifications?|hobbies|languages|references|sprachen|interessen|langues|idiomas|lingue)\b/,
        weight: 1,
      },
      {
        pattern:
          /\b(19|20)\d\d ?(-|–|to|until|bis|à|a) ?((19|20)\d\d|present|current|now|heute|présent|actualidad|oggi)/,
        weight: 1,
      },
    ],
  },
  {
    id: 'cover_letter',
    aliases: ['cover letter', 'application letter', 'motivation letter', 'letter of application'],
    title: /cover letter|dear (hiring|editor|recruit|sir|dr|prof|mr|ms)/,
    cues: [
      { pattern: /dear (hiring manager|editor|recruit|sir|search committee|dr|professor|mr|ms)/, weight: 2 },
      {
        pattern: /i am (writing|excited|pleased|applying)|we (are pleased to )?submit|please find (attached|enclosed)/,
        weight: 1.5,
      },
      { pattern: /sincerely|kind regards|best regards|yours faithfully/, weight: 1 },
      { pattern: /(position|role|opportunity) (of|at|as)|\bapply(ing)? for\b/, weight: 1 },
      { pattern: /consider(ation|ing)? (of )?(my application|our manuscript|for publication)/, weight: 1 },
      { pattern: /look forward to/, weight: 1 },
    ],
  },
  {
    id: 'letter',
    aliases: ['letter', 'business letter', 'correspondence', 'formal letter', 'brief', 'lettre', 'carta', 'lettera'],
    title:
      /^dear |\bdear (sir|madam|mr|ms|dr)|^sehr geehrte|^(madame|monsieur|cher|chère)\b|^estimad[oa]|^gentile|^egregio|^geachte/m,
    cues: [
      { pattern: /\bdear [a-z]|sehr geehrte|madame, monsieur|estimad[oa]|gentile|geachte|szanown/, weight: 1 },
      {
        pattern:
          /sincerely|yours (truly|faithfully)|kind regards|best regards|mit freundlichen grüßen|hochachtungsvoll|salutations|atentamente|cordiali saluti|met vriendelijke groet|z poważaniem/,
        weight: 1,
      },
      { pattern: /\benclos(ed|ure)|anlage|pièces? jointes?|adjunto|allegat|bijlage/, weight: 1 },
      { pattern: /\b(re|betreff|betr\.|objet|asunto|oggetto|betreft):/, weight: 1 },
    ],
  },
  {
    id: 'job_description',
    aliases: [
      'job description',
      'job posting',
      'job ad',
      'vacancy',
      'job opening',
      'job advert',
      'stellenanzeige',
      'stellenausschreibung',
      'offre d’emploi',
      'oferta de empleo',
      'offerta di lavoro',
      'vacature',
    ],
    title:
      /job (description|posting|title|summary)|vacancy|we are hiring|position (title|summary)|about the (job|role|position)|stellenanzeige|stellenausschreibung|\(m\/w\/d\)|offre d.emploi|oferta de (empleo|trabajo)|vacature/,
    cues: [
      {
        pattern:
          /\b(key |main |primary |essential |job )?(responsibilities|duties|accountabilities)\b|what you.ll do|aufgaben|missions|funciones|mansioni|taken/,
        weight: 1,
      },
      {
        pattern:
          /(minimum |required |preferred |basic )?qualifications|requirements|what (we.re|you.ll|you) (looking|need|bring)|anforderungen|ihr profil|dein profil|profil recherché|requisitos|requisiti|functie-eisen/,
        weight: 1,
      },
      { pattern: /reports to|reporting to|department/, weight: 1 },
      { pattern: /equal (employment )?opportunity|wir bieten|nous offrons|ofrecemos|offriamo|wij bieden/, weight: 1 },
      {
        pattern: /years?(’|')? (of )?(relevant |professional |work(ing)? )?experience|experience (in|with)|\d\+? years/,
        weight: 1,
      },
      {
        pattern: /\b(salary|benefits|compensation|full[- ]time|part[- ]time|vollzeit|teilzeit|cdi|tiempo completo)\b/,
        weight: 1,
      },
      {
        pattern: /(the|ideal|successful) (successful )?candidate|you will|join (our|the|us)|apply|ability to|bewerb/,
        weight: 1,
      },
    ],
  },
  {
    id: 'scientific_paper',
    aliases: [
      'scientific paper',
      'research paper',
      'academic paper',
      'journal article',
      'scientific article',
      'scientific publication',
      'research article',
      'preprint',
      'academic article',
    ],
    title: /\babstract\b|arxiv|doi:|journal of|proceedings/,
    cues: [
      { pattern: /\babstract\b/, weight: 1.5 },
      { pattern: /^(\d+\.?\s?)?introduction\b/m, weight: 1 },
      { pattern: /^references$/m, weight: 1 },
      { pattern: /et al\b/, weight: 1 },
      { pattern: /\b(fig(ure)?|table)\s?\.?\s?\d/, weight: 1 },
      { pattern: /\[\d+(,\s?\d+)*\]/, weight: 1 },
      { pattern: /we (propose|present|show|find|investigate|study)/, weight: 1 },
      { pattern: /keywords|index terms/, weight: 1 },
      { pattern: /\bdoi\b|arxiv/, weight: 1 },
      { pattern: /\b(methods?|results|conclusions?|related work)\b/, weight: 1 },
    ],
  },
  {
    id: 'annual_report',
    aliases: ['annual report', '10-k', 'form 10-k', 'annual filing'],
    title: /form\s?10-\s?k|annual report/,
    cues: [
      { pattern: /form\s?10-\s?k/, weight: 2.5 },
      { pattern: /annual report pursuant to section 13/, weight: 2 },
      { pattern: /for the fiscal year ended/, weight: 1 },
      { pattern: /risk factors/, weight: 1 },
      { pattern: /securities (and|&) exchange commission/, weight: 1 },
      { pattern: /management.s discussion and analysis/, weight: 1 },
    ],
  },
  {
    id: 'quarterly_report',
    aliases: ['quarterly report', '10-q', 'form 10-q'],
    title: /form\s?10-\s?q|quarterly report/,
    cues: [
      { pattern: /form\s?10-\s?q/, weight: 2.5 },
      { pattern: /quarterly report pursuant to section 13/, weight: 2 },
      { pattern: /for the quarter(ly period)? ended/, weight: 1 },
      { pattern: /unaudited/, weight: 1 },
      { pattern: /securities (and|&) exchange commission/, weight: 1 },
    ],
  },
  {
    id: 'current_report',
    aliases: ['current report', '8-k', 'form 8-k'],
    title: /form\s?8-\s?k|current report/,
    cues: [
      { pattern: /form\s?8-\s?k/, weight: 2.5 },
      { pattern: /current report/, weight: 1.5 },
      { pattern: /date of report/, weight: 1 },
      { pattern: /item \d\.\d\d/, weight: 1 },
      { pattern: /securities (and|&) exchange commission/, weight: 1 },
    ],
  },
  {
    id: 'earnings_release',
    aliases: ['earnings release', 'earnings press release', 'earnings announcement', 'results announcement'],
    title: /(reports?|announces?)[^\n]{0,60}(quarter|year|results|earnings)|(quarter|year)[^\n]{0,30}results/,
    cues: [
      { pattern: /(reports?|announces?|announced)[^\n]{0,60}(quarter|results|earnings)/, weight: 2 },
      { pattern: /(diluted )?(eps|earnings per share)/, weight: 1 },
      { pattern: /conference call|webcast/, weight: 1 },
      { pattern: /non-gaap/, weight: 1 },
      { pattern: /(compared (to|with)|year[- ]over[- ]year|versus)/, weight: 1 },
      { pattern: /forward-looking statements/, weight: 1 },
      { pattern: /investor relations/, weight: 1 },
    ],
  },
  {
    id: 'press_release',
    aliases: ['press release', 'media release', 'news release'],
    title: /press release|for immediate release|news release/,
    cues: [
      { pattern: /for immediate release/, weight: 2 },
      { pattern: /media contact|press contact/, weight: 1 },
      { pattern: /\babout [a-z ]{1,60}\n/, weight: 1 },
      { pattern: /(business|pr) ?(wire|newswire)/, weight: 1 },
      { pattern: /announced today|today announced/, weight: 1 },
    ],
  },
  {
    id: 'financial_statement',
    aliases: [
      'balance sheet',
      'income statement',
      'financial statement',
      'profit and loss',
      'cash flow statement',
      'financial report',
    ],
    title: /balance sheets?|statements? of (operations|income|cash flows|financial)|profit and loss/,
    cues: [
      { pattern: /total assets/, weight: 1 },
      { pattern: /liabilities/, weight: 1 },
      { pattern: /(shareholders|stockholders).? equity/, weight: 1 },
      { pattern: /net (income|loss|cash)/, weight: 1 },
      { pattern: /retained earnings|accounts (payable|receivable)/, weight: 1 },
    ],
  },
  {
    id: 'bank_statement',
    aliases: [
      'bank statement',
      'account statement',
      'credit card statement',
      'statement of account',
      'kontoauszug',
      'relevé de compte',
      'relevé bancaire',
      'extracto bancario',
      'estratto conto',
      'bankafschrift',
      'wyciąg bankowy',
    ],
    title:
      /(account|bank|card|statement of)\s?(statement|account)|statement (period|date|summary)|kontoauszug|relevé (de compte|bancaire)|extracto (bancario|de cuenta)|estratto conto|bankafschrift|rekeningoverzicht|wyciąg/,
    cues: [
      {
        pattern:
          /statement (period|date|of account)|account statement|kontoauszug|relevé de compte|extracto|estratto conto|rekeningafschrift/,
        weight: 2,
      },
      {
        pattern:
          /(opening|closing|beginning|ending|previous|new) balance|balance (brought|carried) forward|(alter|neuer) (konto)?(stand|saldo)|kontostand|(ancien|nouveau) solde|saldo (inicial|final|anterior|iniziale|finale)|beginsaldo|eindsaldo|saldo początkowe/,
        weight: 2,
      },
      {
        pattern:
          /account (no|number|summary)|sort code|iban|kontonummer|numéro de compte|número de cuenta|numero conto|rekeningnummer/,
        weight: 1,
      },
      {
        pattern: /\b(deposits?|withdrawals?|debits?|credits?|soll|haben|débit|crédit|lastschrift|gutschrift)\b/,
        weight: 1,
      },
      {
        pattern:
          /transaction (date|details|history)|\btransactions\b|buchung(stag|sdatum)?|wertstellung|date valeur|fecha valor|data valuta|opérations/,
        weight: 1,
      },
      { pattern: /\bavailable (credit|balance)|minimum payment|overdraft|dispo/, weight: 1 },
    ],
  },
  {
    id: 'pay_slip',
    aliases: [
      'pay slip',
      'payslip',
      'pay stub',
      'paystub',
      'payroll',
      'salary slip',
      'salary statement',
      'earnings statement',
      'wage slip',
      'gehaltsabrechnung',
      'lohnabrechnung',
      'entgeltabrechnung',
      'bulletin de paie',
      'fiche de paie',
      'nómina',
      'busta paga',
      'loonstrook',
      'salarisstrook',
    ],
    title:
      /pay ?(slip|stub|check|advice)|salary slip|earnings statement|payroll|(gehalts|lohn|entgelt|bezüge)abrechnung|(bulletin|fiche) de (paie|salaire)|nómina|busta paga|loonstrook|salarisspecificatie/,
    cues: [
      {
        pattern:
          /net pay|take home|netto(bezug|lohn|verdienst|gehalt)|auszahlungsbetrag|net (à payer|payé)|líquido a percibir|netto in busta|nettoloon/,
        weight: 2,
      },
      {
        pattern:
          /gross (pay|earnings|salary)|brutto(lohn|bezug|gehalt|entgelt)?\b|gesamtbrutto|salaire brut|salario bruto|total devengado|retribuzione lorda|brutoloon/,
        weight: 2,
      },
      { pattern: /deductions?|abzüge|retenues|deducciones|trattenute|inhoudingen/, weight: 1 },
      { pattern: /\b(ytd|year to date)\b/, weight: 1 },
      { pattern: /pay (period|date|rate)|abrechnungsmonat|période de paie|periodo de (liquidación|pago)/, weight: 1 },
      {
        pattern: /employee (id|no|name|number)|employer|personal-?(nummer|nr)|matricule|arbeitgeber|employeur/,
        weight: 1,
      },
      {
        pattern:
          /withh(e|o)ld|social security|provident|pension|lohnsteuer|sozialversicherung|krankenversicherung|sécurité sociale|seguridad social|\binps\b/,
        weight: 1,
      },
    ],
  },
  {
    id: 'tax_form',
    aliases: ['tax form', 'tax return', 'w-2', 'w-9', '1099', '1040', 'tax document', 'form 1040'],
    title: /form\s?(w-?\d|1040|1099|\d{3,4})|tax return|department of the treasury|irs/,
    cues: [
      { pattern: /internal revenue service|department of the treasury|\birs\b|hmrc/, weight: 2 },
      { pattern: /form (w-?\d|1040|1099|\d{3,4}-?[a-z]*)/, weight: 1.5 },
      { pattern: /taxpayer identification|social security number|\bein\b|\btin\b|\bssn\b/, weight: 1 },
      { pattern: /(tax(able)?|adjusted gross) (income|year)|withholding/, weight: 1 },
      { pattern: /omb no/, weight: 1 },
      { pattern: /\bdeductions?|exemptions?|dependents?|filing status/, weight: 1 },
    ],
  },
  {
    id: 'insurance',
    aliases: [
      'insurance policy',
      'insurance claim',
      'policy document',
      'certificate of insurance',
      'insurance card',
      'claim form',
      'insurance document',
      'versicherungsschein',
      'police d’assurance',
      'póliza de seguro',
      'polizza',
    ],
    title: /insurance|policy (number|schedule)|claim form|versicherung|assurance|póliza|polizza|verzekering/,
    cues: [
      {
        pattern:
          /\b(policyholder|insured|insurer|versicherungsnehmer|versicherer|assuré|assureur|asegurado|assicurato)\b/,
        weight: 1,
      },
      { pattern: /\b(premium|prämie|versicherungsbeitrag|prime|prima)\b/, weight: 1 },
      { pattern: /\b(coverage|deductible|selbstbeteiligung|deckung|franchise|cobertura)\b/, weight: 1 },
      {
        pattern: /policy (no|number)|versicherungs(schein)?-?(nr|nummer)|numéro de (police|contrat)|número de póliza/,
        weight: 1,
      },
      { pattern: /\bclaim(ant|s)?\b|schaden|sinistre|siniestro/, weight: 1 },
    ],
  },
  {
    id: 'identity_document',
    aliases: [
      'passport',
      'driver license',
      'driving licence',
      'drivers license',
      'identity document',
      'identity card',
      'id card',
      'national id',
      "driver's license",
      'id document',
      'proof of identity',
      'personalausweis',
      'reisepass',
      'führerschein',
      'passeport',
      "carte d'identité",
      'pasaporte',
      "carta d'identità",
      'paspoort',
    ],
    title:
      /passport|driv(er|ing)[’']?s? licen[sc]e|identity card|identification card|national id|personalausweis|reisepass|führerschein|passeport|carte (nationale )?d.identité|pasaporte|documento nacional|carta d.identità|paspoort|identiteitskaart|republic of|bundesrepublik/,
    cues: [
      {
        pattern:
          /date of birth|\bdob\b|geburts(datum|tag|ort)|date de naissance|fecha de nacimiento|data di nascita|geboortedatum|data urodzenia/,
        weight: 1,
      },
      {
        pattern: /\b(nationality|citizen|staatsangehörigkeit|nationalité|nacionalidad|cittadinanza|nationaliteit)/,
        weight: 1,
      },
      {
        pattern:
          /date of (issue|expiry|expiration)|\bexp(ires)?\b|valid until|gültig bis|ausstellungsdatum|date d.expiration|fecha de (caducidad|expedición)|scadenza|data di (emissione|scadenza)/,
        weight: 1,
      },
      { pattern: /\b(surname|given names?|nachname|vornamen?|prénoms?|apellidos|cognome|achternaam)\b/, weight: 1 },
      { pattern: /(passport|licen[sc]e|document|card|id) ?(no|number|#)|ausweisnummer|\bdl\b/, weight: 1 },
      { pattern: /[a-z]<{2,}[a-z]|<{5,}/, weight: 1 },
      { pattern: /\bsex\b|\bheight\b|\bhgt\b|\beyes\b|place of birth|größe|augenfarbe|geschlecht/, weight: 1 },
    ],
  },
  {
    id: 'medical_report',
    aliases: [
      'medical report',
      'medical record',
      'clinical note',
      'discharge summary',
      'medical transcription',
      'lab report',
      'medical document',
      'patient record',
      'radiology report',
      'clinical report',
      'medical',
    ],
    title:
      /(history|diagnosis|operative report|discharge summary|consultation|procedure|chief complaint|patient|radiology|medical)/,
    cues: [
      {
        pattern: /(pre|post)operative diagnosis|chief complaint|history of present illness|past medical history/,
        weight: 2,
      },
      { pattern: /\bpatient\b/, weight: 1.2 },
      { pattern: /\bdiagnos(is|es|ed)\b/, weight: 1 },
      { pattern: /\b(mg|ml|cc|bid|mmhg)\b/, weight: 1 },
      { pattern: /physical exam|vital signs|review of systems|allerg/, weight: 1 },
      { pattern: /\b(symptoms?|treatment|surgery|medications?|anesthesia)\b/, weight: 1 },
    ],
  },
  {
    id: 'prescription',
    aliases: ['prescription', 'medication order'],
    title: /\brx\b|prescription/,
    cues: [
      { pattern: /\brefills?\b/, weight: 1 },
      { pattern: /\b(tablets?|capsules?|mg)\b/, weight: 1 },
      { pattern: /\bprescri/, weight: 1 },
      { pattern: /take (one|1|two|2)/, weight: 1 },
    ],
  },
  {
    id: 'court_document',
    aliases: [
      'court document',
      'court filing',
      'court opinion',
      'judgment',
      'court order',
      'legal brief',
      'lawsuit',
      'complaint',
      'motion',
      'pleading',
      'legal opinion',
      'court case',
      'court decision',
      'court ruling',
      'urteil',
      'jugement',
      'sentencia',
      'sentenza',
      'vonnis',
    ],
    title:
      /(supreme|district|circuit|superior|high|appeals?) court|court of appeals?|\bv\. |\bplaintiff|petitioner|im namen des volkes|urteil|beschluss|tribunal|sentencia|sentenza|rechtbank/,
    cues: [
      {
        pattern:
          /\b(plaintiff|defendant|petitioner|respondent|appellant|appellee|kläger|beklagte[rn]?|demandeur|défendeur|demandante|demandado)s?\b/,
        weight: 2,
      },
      { pattern: /(case|docket|civil action|cause|no\.) ?(no|number)?\.? ?:? ?\d+[-:]|aktenzeichen|az\.:/, weight: 1 },
      { pattern: /\b(the|this) court\b|das gericht|la cour\b|le tribunal|el tribunal|il tribunale/, weight: 1 },
      { pattern: /\bmotion (to|for)\b|\bjudgment\b|\border(ed)?\b/, weight: 1 },
      { pattern: /\b(u\.s\.c?\.|f\. ?(2d|3d)|§)/, weight: 1 },
      { pattern: /\bcounsel\b|\battorneys? for\b|rechtsanw/, weight: 1 },
      { pattern: /\baffirm(ed)?|reversed|dismiss(ed)?\b|revision|berufung/, weight: 1 },
      { pattern: /^([a-z][a-z.,’' -]{3,40}): ?[\s\S]{1,3000}?\n\1: /m, weight: -2 },
    ],
  },
  {
    id: 'transcript',
    aliases: ['court transcript', 'hearing transcript', 'transcript', 'oral argument', 'deposition'],
    title: /transcript|oral argument|proceedings|argument of|deposition of|hear arguments?|may it please/,
    cues: [
      { pattern: /^([a-z][a-z.,’' -]{3,40}): ?[\s\S]{1,3000}?\n\1: /m, weight: 3 },
      {
        pattern:
          /may it please the court|your honou?r|oral argument|(hear|heard) arguments?|mr\.? chief justice|members of the court/,
        weight: 2,
      },
      {
        pattern: /^(q|a)[.:] .{0,200}\n(a|q)[.:] |^(the witness|the court|by m[rs]s?\.? [a-z]{2,30}): ?/m,
        weight: 1.5,
      },
      { pattern: /\[? ?\(?(laughter|inaudible|voice overlap|interruption)\b/, weight: 1 },
      { pattern: /thank you,? (counsel|your honou?r|mr|ms|justice)/, weight: 1 },
      { pattern: /\b(that's|that’s|i'm|i’m|don't|don’t|you're|you’re|isn't|isn’t)\b/, weight: 1 },
      { pattern: /\bwell,|\byes,|\bno,|\bi think\b|\bi believe\b/, weight: 1 },
    ],
  },
  {
    id: 'earnings_call',
    aliases: ['earnings call', 'conference call transcript', 'call transcript'],
    title: /earnings (conference )?call|transcript/,
    cues: [
      { pattern: /operator[:\n ]/, weight: 1 },
      { pattern: /question(s)?[- ]and[- ]answer/, weight: 1 },
      { pattern: /\bq[1-4]\b/, weight: 1 },
      { pattern: /analyst/, weight: 1 },
      { pattern: /good (morning|afternoon)/, weight: 1 },
    ],
  },
  {
    id: 'meeting_minutes',
    aliases: [
      'meeting minutes',
      'minutes',
      'meeting notes',
      'minutes of meeting',
      'board minutes',
      'protokoll',
      'sitzungsprotokoll',
      'procès-verbal',
      'compte rendu',
      'acta de reunión',
      'verbale',
      'notulen',
    ],
    title:
      /minutes|meeting (notes|agenda)|\bagenda\b|meeting|protokoll|procès-verbal|compte[- ]rendu|acta de|verbale|notulen/,
    cues: [
      { pattern: /\bminutes\b|protokoll|procès-verbal|compte[- ]rendu|notulen|verbale/, weight: 1.5 },
      {
        pattern:
          /\b(attendees|present|in attendance|participants|absent|apologies|regrets|attending|anwesend|teilnehmer|présents|asistentes|presenti|aanwezig)\b/,
        weight: 1.5,
      },
      { pattern: /\bagenda\b|tagesordnung|ordre du jour|orden del día|ordine del giorno/, weight: 1 },
      { pattern: /action items?|next steps|todo|maßnahmen/, weight: 1 },
      { pattern: /\b(motion|seconded|moved|approved|adjourn(ed)?|quorum|beschlossen|approuvé|aprobado)\b/, weight: 1 },
      { pattern: /next meeting|nächste sitzung|prochaine réunion|próxima reunión/, weight: 1 },
      { pattern: /\b(meeting|sitzung|réunion|reunión|riunione|vergadering)\b/, weight: 1 },
    ],
  },
  {
    id: 'email',
    aliases: ['email', 'e-mail', 'email message', 'mail message', 'message'],
    title: /^(from|to|subject|date|sent|cc|return-path|received|message-id):/m,
    cues: [
      { pattern: /^(from|return-path): ?.{0,80}@/m, weight: 2 },
      { pattern: /^subject:/m, weight: 1.5 },
      { pattern: /^to:/m, weight: 1 },
      { pattern: /^(date|sent):/m, weight: 1 },
      { pattern: /^(message-id|received|mime-version|content-type|x-[a-z-]+):/m, weight: 1 },
      { pattern: /\bwrote:$|^>\s/m, weight: 1 },
    ],
  },
  {
    id: 'news_article',
    aliases: ['news article', 'news story', 'news report', 'newspaper article', 'news'],
    title: /(reuters|associated press|\bap\b|bbc|cnn|afp)/,
    cues: [
      { pattern: /\b(said|told reporters|told the|told bbc|according to|spokes(man|woman|person))\b/, weight: 2 },
      { pattern: /\b(on )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b/, weight: 1 },
      {
        pattern:
          /\b(government|minister|president|police|officials?|mr|mrs|analysts?|coach|striker|champion|band|film)\b/,
        weight: 1,
      },
      { pattern: /\b(reporter|reuters|bbc|correspondent|newspaper|the guardian|ap\))\b/, weight: 1 },
      { pattern: /["“][^"”\n]{15,200},?["”] (he|she|mr|said|the|added)|(said|added|says)[:,] ["“]/, weight: 1 },
      {
        pattern: /\b(has|have) (been|said|announced|admitted|confirmed|warned|won|revealed)\b|last (week|month|year)/,
        weight: 1,
      },
    ],
  },
  {
    id: 'presentation',
    aliases: ['presentation', 'slides', 'slide deck', 'pitch deck', 'powerpoint'],
    title: /agenda|outline|presentation|slides?/,
    cues: [
      { pattern: /\bslide \d+/, weight: 1 },
      { pattern: /^[•\-–]\s/m, weight: 1 },
      { pattern: /\b(agenda|outline|overview|thank you|questions\?|q ?& ?a)\b/, weight: 1 },
      { pattern: /\bpresent(ed|er|ation)\b/, weight: 1 },
    ],
  },
  {
    id: 'datasheet',
    aliases: [
      'datasheet',
      'data sheet',
      'technical datasheet',
      'component datasheet',
      'spec sheet',
      'specification sheet',
    ],
    title: /data ?sheet|features|preliminary|product (specification|data)/,
    cues: [
      { pattern: /absolute maximum ratings/, weight: 2 },
      { pattern: /electrical characteristics/, weight: 2 },
      { pattern: /pin (configuration|description|assignment|out)/, weight: 1 },
      { pattern: /\b(typ|min|max)\.?\b[\s|]{1,9}(typ|max|unit)/, weight: 1 },
      { pattern: /\b(v|i)(cc|dd|in|out|ss)\b/, weight: 1 },
      { pattern: /operating (temperature|voltage|conditions)/, weight: 1 },
      { pattern: /\b(mv|ma|µa|ua|khz|mhz|mw|°c)\b/, weight: 1 },
      { pattern: /ordering information|block diagram|package/, weight: 1 },
    ],
  },
  {
    id: 'user_manual',
    aliases: [
      'user manual',
      'manual',
      'user guide',
      'instruction manual',
      'owner manual',
      'installation guide',
      'operating instructions',
      'handbook',
      'instructions',
      'bedienungsanleitung',
      'gebrauchsanweisung',
      "mode d'emploi",
      "manuel d'utilisation",
      'manual de usuario',
      'manuale',
      'gebruiksaanwijzing',
      'instrukcja obsługi',
    ],
    title:
      /(user|owner|instruction|operat|install|quick start|reference|getting started)[^\n]{0,20}(manual|guide|instructions)|\bmanual\b|\bguide\b|(bedienungs|betriebs|gebrauchs)an(leitung|weisung)|mode d.emploi|manuel|manual de|manuale|gebruiksaanwijzing|handleiding|instrukcja/,
    cues: [
      {
        pattern:
          /(user|owner|instruction|service|installation)('s|s)?[ -]?(manual|guide)|(bedienungs|betriebs|gebrauchs)an(leitung|weisung)|mode d.emploi|manuel d.utilisation|manual (de|del) (usuario|instrucciones)|manuale (d.uso|utente)|gebruiksaanwijzing/,
        weight: 2,
      },
      {
        pattern:
          /\b(warning|caution|note|warnung|achtung|vorsicht|hinweis|avertissement|attention|advertencia|attenzione|waarschuwing):?/,
        weight: 1,
      },
      {
        pattern:
          /\b(press|click|select|connect|install|turn|remove|insert)\b.{0,40}\b(button|menu|cable|switch|power|file|option)|drücken sie|appuyez|pulse|premere|druk op/,
        weight: 1,
      },
      { pattern: /table of contents|contents|inhaltsverzeichnis|table des matières|índice|indice|inhoud/, weight: 1 },
      { pattern: /troubleshooting|fehlerbehebung|störung|dépannage|solución de problemas|risoluzione/, weight: 1 },
      { pattern: /\bstep \d|^\d{1,3}\. ?(press|click|open|select|turn|connect)/m, weight: 1 },
      {
        pattern: /(getting started|before you begin|safety|sicherheit|sécurité|seguridad|sicurezza|veiligheid)/,
        weight: 1,
      },
    ],
  },
  {
    id: 'recipe',
    aliases: ['recipe', 'cooking recipe'],
    title: /\b(recipe|ingredients|serves|servings)\b/,
    cues: [
      { pattern: /\bingredients\b/, weight: 2 },
      { pattern: /\b(tsp|tbsp|tablespoons?|teaspoons?|cups?|grams?|oz)\b/, weight: 1.5 },
      { pattern: /\b(preheat|bake|simmer|stir|chop|boil|whisk|fry|mix)\b/, weight: 1 },
      { pattern: /\b(oven|pan|bowl|skillet|pot)\b/, weight: 1 },
      { pattern: /\b(directions|method|instructions|preparation|steps)\b/, weight: 1 },
      { pattern: /\b(flour|sugar|salt|butter|onion|garlic|oil|egg)s?\b/, weight: 1 },
    ],
  },
  {
    id: 'patent',
    aliases: ['patent', 'patent application', 'invention disclosure'],
    title: /\bpatent\b|united states patent|\bpct\b|wo\s?\d{4}\//,
    cues: [
      { pattern: /(what is claimed|we claim|i claim|the (method|apparatus|system|device) of claim \d)/, weight: 2.5 },
      { pattern: /\b(present|the) invention\b/, weight: 2 },
      { pattern: /\b(embodiment|prior art)s?\b/, weight: 1 },
      { pattern: /\bclaims?\b/, weight: 1 },
      { pattern: /\binventors?\b|assignee/, weight: 1 },
      { pattern: /brief description of the drawings|field of the invention/, weight: 1 },
    ],
  },
  {
    id: 'privacy_policy',
    aliases: [
      'privacy policy',
      'privacy notice',
      'privacy statement',
      'data protection policy',
      'datenschutzerklärung',
      'politique de confidentialité',
      'política de privacidad',
      'informativa sulla privacy',
      'privacyverklaring',
      'polityka prywatności',
    ],
    title:
      /privacy (policy|notice|statement)|datenschutz|confidentialité|protection des données|política de privacidad|informativa (sulla |privacy)|privacy(verklaring|beleid)|polityka prywatności/,
    cues: [
      {
        pattern:
          /privacy (policy|notice|statement)|datenschutz(erklärung|hinweise|richtlinie)|politique de confidentialité|données personnelles|política de privacidad|privacyverklaring|polityka prywatności/,
        weight: 2,
      },
      {
        pattern:
          /(personal (information|data)|personally identifiable)|personenbezogen|données (à caractère )?personnel|datos personales|dati personali|persoonsgegevens|dane osobowe|dados pessoais/,
        weight: 1.5,
      },
      { pattern: /\bcookies?\b/, weight: 1 },
      {
        pattern:
          /(we|information we) (collect|use|share)|wir (erheben|verarbeiten|nutzen|verwenden)|nous (collectons|utilisons|traitons)|(recopilamos|tratamos)|trattiamo|wij verzamelen/,
        weight: 1,
      },
      { pattern: /third[- ]part(y|ies)|dritte|tiers|terceros|terzi|derden/, weight: 1 },
      {
        pattern:
          /\b(gdpr|ccpa|opt[- ]out|data controller|dsgvo|rgpd|avg|verantwortliche[rn]?|responsable du traitement|titolare)\b/,
        weight: 1,
      },
    ],
  },
  {
    id: 'terms_of_service',
    aliases: [
      'terms of service',
      'terms of use',
      'terms and conditions',
      'user agreement',
      'eula',
      'license agreement',
      'tos',
      'agb',
      'nutzungsbedingungen',
      'conditions générales',
      'términos y condiciones',
      "condizioni d'uso",
      'algemene voorwaarden',
      'regulamin',
    ],
    title:
      /terms (of (service|use)|and conditions|& conditions)|user agreement|end user license|allgemeine (geschäfts|nutzungs)bedingungen|nutzungsbedingungen|\bagb\b|conditions (générales|d.utilisation)|\bcgu\b|términos y condiciones|condiciones (de uso|generales)|condizioni (d.uso|generali)|algemene voorwaarden|regulamin|termos de (uso|serviço)/,
    cues: [
      {
        pattern:
          /terms (of (service|use)|and conditions)|geschäftsbedingungen|nutzungsbedingungen|\bagb\b|conditions générales|términos y condiciones|condiciones de uso|condizioni generali|algemene voorwaarden|regulamin/,
        weight: 2,
      },
      {
        pattern:
          /(by (using|accessing)|your use of) (the|this|our)|nutzung (der|des|dieser)|en utilisant|al (utilizar|usar|acceder)|utilizzando|door gebruik/,
        weight: 1,
      },
      {
        pattern:
          /(disclaimer|limitation of liability|as is)|haftung|responsabilité|responsabilidad|responsabilità|aansprakelijk/,
        weight: 1,
      },
      {
        pattern: /(you agree|you may not|you must)|der nutzer|l.utilisateur|el usuario|l.utente|de gebruiker/,
        weight: 1,
      },
      {
        pattern:
          /(suspend|terminate) your (account|access)|kündig|nutzerkonto|résili|suppression (de|du) (votre )?compte/,
        weight: 1,
      },
      {
        pattern: /\bthe (service|site|website)s?\b|le (site|service)|die (webseite|website|plattform)|el sitio/,
        weight: 1,
      },
    ],
  },
  {
    id: 'policy_document',
    aliases: [
      'policy',
      'company policy',
      'hr policy',
      'employee handbook',
      'code of conduct',
      'procedure',
      'sop',
      'standard operating procedure',
    ],
    title: /polic(y|ies)|handbook|code of conduct|procedure/,
    cues: [
      { pattern: /\bpurpose\b/, weight: 1 },
      { pattern: /\bscope\b/, weight: 1 },
      { pattern: /\bpolicy\b/, weight: 1 },
      { pattern: /\b(employees|staff) (must|should|are)/, weight: 1 },
      { pattern: /\bprocedures?\b/, weight: 1 },
      { pattern: /\brevision|effective date|approved by\b/, weight: 1 },
    ],
  },
  {
    id: 'memo',
    aliases: ['memo', 'memorandum', 'internal memo'],
    title: /memo(randum)?\b/,
    cues: [
      { pattern: /memo(randum)?\b/, weight: 2 },
      { pattern: /^to:/m, weight: 1 },
      { pattern: /^from:/m, weight: 1 },
      { pattern: /^(re|subject):/m, weight: 1 },
    ],
  },
  {
    id: 'form',
    aliases: ['form', 'application form', 'questionnaire', 'survey', 'registration form'],
    title: /\bform\b|questionnaire|survey|application/,
    cues: [
      { pattern: /_{5,}|\.{8,}/, weight: 1 },
      { pattern: /\b(please (print|complete|check|fill)|check (one|all))\b/, weight: 1 },
      { pattern: /\b(yes|no)\s?[□☐[]/, weight: 1 },
      { pattern: /\b(signature|date of birth|applicant)\b/, weight: 1 },
      { pattern: /\b(strongly (agree|disagree)|rate|scale)\b/, weight: 1 },
    ],
  },
  {
    id: 'report',
    aliases: ['technical report', 'report', 'white paper', 'whitepaper', 'study'],
    title: /\breport\b|white ?paper/,
    cues: [
      { pattern: /executive summary/, weight: 1 },
      { pattern: /table of contents/, weight: 1 },
      { pattern: /(findings|recommendations|conclusions?)/, weight: 1 },
      { pattern: /\b(figure|table|appendix) \d/, weight: 1 },
    ],
  },
  {
    id: 'source_code',
    aliases: ['source code', 'code', 'program', 'script', 'software code'],
    title: /^(import|#include|package|from \w+ import|const|\/\/|\/\*|#!)/m,
    cues: [
      { pattern: /^(import|from|const|let|var|def|class|function|#include|public|return|if \(|for \()\b/m, weight: 2 },
      { pattern: /[{};]$/m, weight: 1 },
      { pattern: /=>|==|!=|\(\)\s?[{:;]/, weight: 1 },
      { pattern: /\bself\.|this\.|console\.|print\(/, weight: 1 },
    ],
  },
  {
    id: 'brochure',
    aliases: ['brochure', 'marketing', 'advertisement', 'flyer', 'catalog', 'catalogue', 'advertising'],
    title: /brochure|catalog|new!|introducing/,
    cues: [
      { pattern: /\b(discover|introducing|offer|discount|save|exclusive|free)\b/, weight: 1 },
      { pattern: /(call|visit|contact) us|order (now|today)/, weight: 1 },
      { pattern: /\bwww\.|https?:/, weight: 1 },
    ],
  },
  {
    id: 'certificate',
    aliases: ['certificate', 'diploma', 'award certificate', 'certification'],
    title: /certificate|diploma/,
    cues: [
      { pattern: /(this is to )?certif(y|ies) that/, weight: 1 },
      { pattern: /\b(awarded|conferred|completed)\b/, weight: 1 },
      { pattern: /\b(registrar|seal|authorized signature)\b/, weight: 1 },
    ],
  },
  {
    id: 'transcript_academic',
    aliases: ['academic transcript', 'school transcript', 'grade report', 'report card'],
    title: /(academic|official|student) (transcript|record)/,
    cues: [
      { pattern: /\bgpa\b/, weight: 1 },
      { pattern: /\bcredits?( hours)?\b/, weight: 1 },
      { pattern: /\b(semester|term|course)s?\b/, weight: 1 },
      { pattern: /\bgrades?\b/, weight: 1 },
    ],
  },
  {
    id: 'spam',
    aliases: ['spam', 'junk mail', 'unsolicited email', 'phishing'],
    title: /free|winner|urgent|\$\$|viagra|guaranteed|click here/,
    cues: [
      { pattern: /(click (here|below)|unsubscribe|remove me|to be removed|opt-?out)/, weight: 1.5 },
      { pattern: /(100% |absolutely )?(free|guaranteed|risk[- ]free)/, weight: 1 },
      { pattern: /(limited time|act now|order now|special offer|no obligation)/, weight: 1 },
      { pattern: /(make money|earn \$|\$\d+[,\d]{0,12}|cash bonus|income)/, weight: 1 },
      { pattern: /(viagra|mortgage|lottery|weight loss|adult|xxx|casino|credit card debt)/, weight: 1 },
      { pattern: /!{2,}/, weight: 1 },
    ],
  },
];
